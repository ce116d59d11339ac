import { type BigIntStats, statSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'

/** What tells one state of a file from another: which file it is, its size, and when its content and its name or rights changed last. */
export interface FileStamp {
  readonly device: bigint
  readonly inode: bigint
  readonly bytes: number
  readonly modifiedNs: bigint
  /** The system sets it at every change; no program can set it back. */
  readonly changedNs: bigint
}

export interface SeenFile {
  readonly path: string
  readonly stamp: FileStamp
}

export function isUnchanged({ path, stamp }: SeenFile): boolean {
  const now = fileStamp(path)
  return now !== undefined && isSameStamp(now, stamp)
}

const quietly = { bigint: true, throwIfNoEntry: false } as const

/** Of a regular file that is there; one call of the system, which waits for nothing on the file systems that `isLocal` names. */
export function fileStamp(path: string): FileStamp | undefined {
  try {
    return stampOf(statSync(path, quietly))
  } catch {
    return undefined
  }
}

/** The same for a path of which nothing is known: it may be on a server that does not answer. */
export async function localFileStamp(path: string): Promise<FileStamp | undefined> {
  try {
    const found = stampOf(await stat(path, { bigint: true }))
    return found !== undefined && isLocal((await statfs(path)).type) ? found : undefined
  } catch {
    return undefined
  }
}

export function isSameStamp(one: FileStamp, other: FileStamp): boolean {
  return (
    one.inode === other.inode &&
    one.changedNs === other.changedNs &&
    one.modifiedNs === other.modifiedNs &&
    one.bytes === other.bytes &&
    one.device === other.device
  )
}

/** The kernel stamps changes by a clock that ticks every few milliseconds; some file systems write whole seconds. */
const settledMs = 2_000

/**
 * Whether every change from now on gives the file another stamp. One that changed a moment ago may change once more within the same tick of the clock. So may one that
 * is from the future, since a clock was set back.
 */
export function isSettled({ modifiedNs, changedNs }: FileStamp, wallMs: number): boolean {
  const latest = modifiedNs > changedNs ? modifiedNs : changedNs
  return wallMs - Number(latest / 1_000_000n) >= settledMs
}

function stampOf(stats: BigIntStats | undefined): FileStamp | undefined {
  if (stats === undefined || !stats.isFile()) return undefined
  const { dev, ino, size, mtimeNs, ctimeNs } = stats
  return { device: dev, inode: ino, bytes: Number(size), modifiedNs: mtimeNs, changedNs: ctimeNs }
}

/** Numbers of statfs(2): ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, tmpfs, overlayfs. Over a network, another machine changes a file before its stamp is seen here. */
const local: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0xca451a4e, 0x01021994, 0x794c7630,
])

function isLocal(type: number): boolean {
  // Node gives it as a signed number of 32 bits on some machines.
  return local.has(type >>> 0)
}
