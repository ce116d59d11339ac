import type { Connection } from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import type { CopiedView, FileScan, Reach } from '../catalog/copied-views.ts'
import { type CopyDatabase, isLackOfMemory } from './copy-database.ts'
import {
  type FileStamp,
  fileStamp,
  isSameStamp,
  isSettled,
  isUnchanged,
  localFileStamp,
  type SeenFile,
} from './file-stamp.ts'

/**
 * Copies of small files as tables of one instance, in a database of their own, where views of the same names read the copies. They are made behind
 * the second statement that asks for a file, while that statement and those after it read the file itself; so no statement waits for one.
 *
 *   unknown ── second use, small, local, settled ──► copying ── the same file before and after ──► held
 *   copying ── changed meanwhile, too large, not readable ──► unknown, for a while
 *   held ── another stamp, or room is needed ──► unknown
 */
export interface FileCopies {
  /** The files, if a statement that begins now reads from their copies what it would read from them. If not, the copies may be made. */
  hold(reach: Reach): readonly SeenFile[] | undefined
  /** Where a statement whose reach is held finds the views. */
  connect(): Promise<Connection>
  /** Lets all of them go; no more are made. */
  end(): Promise<void>
  /** The same. Resolves when no call is under way any more. */
  close(): Promise<void>
}

/** Of all instances of an engine together, which share the room for copies. */
export interface FileCopyCounts {
  /** That there are. */
  copies: number
  /** What they take, by estimate. */
  bytes: number
  /** Made since the engine was opened. */
  made: number
  /** Statements that began to read from them. */
  reads: number
}

export interface FileCopiesOptions {
  readonly database: CopyDatabase
  readonly memoryLimitMegabytes: number
  readonly shared: FileCopyCounts
  readonly clock: Clock
  readonly wallMs: () => number
}

const fileBytesMax = 1024 * 1024
const copiesMax = 256
/** All copies of all instances take at most this, those of one at most this part of its memory. */
const roomBytesMax = 64 * 1024 * 1024
const memoryShare = 1 / 8
/** Reading a CSV file takes 32 MB for a moment: where there is less than this, queries need it themselves. */
const memoryMegabytesMin = 256
/** A file that cannot be copied now may be copied later. */
const againMs = 2_000
/** Copies that were used lately do not go for others. */
const idleMs = 10_000

interface Copy {
  readonly scan: FileScan
  /** The file that the table holds, as far as is known. */
  held: SeenFile | undefined
  /** The file that was too large, or failed. */
  refused: FileStamp | undefined
  /** Of the table; 0 when there is none. */
  bytes: number
  /** Since the file was seen to be another one. */
  uses: number
  usedAt: number
  triedAt: number | undefined
}

export function fileCopies(options: FileCopiesOptions): FileCopies {
  const { database, memoryLimitMegabytes, shared, clock } = options
  const bytesMax = memoryLimitMegabytes * 1024 * 1024 * memoryShare
  const copies = new Map<string, Copy>()
  const made = new Set<CopiedView>()
  /** Views that could not be made, and when that was. */
  const broken = new Map<CopiedView, number>()
  let copying: Promise<void> | undefined
  let isOff = memoryLimitMegabytes < memoryMegabytesMin

  const copyOf = (scan: FileScan): Copy => {
    const known = copies.get(scan.sql)
    if (known !== undefined) return known
    const nothing = { held: undefined, refused: undefined, triedAt: undefined }
    const copy: Copy = { scan, ...nothing, bytes: 0, uses: 0, usedAt: 0 }
    copies.set(scan.sql, copy)
    return copy
  }
  const tables = (): Copy[] => [...copies.values()].filter(({ bytes }) => bytes > 0)
  const isLongAgo = (at: number | undefined): boolean => at === undefined || clock.now() - at >= againMs

  const drop = async (copy: Copy): Promise<void> => {
    copy.held = undefined
    if (copy.bytes === 0) return
    shared.copies--
    shared.bytes -= copy.bytes
    copy.bytes = 0
    await database.drop(copy.scan)
  }
  const hasRoom = (bytes: number): boolean =>
    shared.copies < copiesMax &&
    shared.bytes + bytes <= roomBytesMax &&
    tables().reduce((sum, copy) => sum + copy.bytes, bytes) <= bytesMax
  /** Those that nobody used for longest go first. */
  const makeRoom = async (bytes: number): Promise<boolean> => {
    const idle = tables().filter(({ usedAt }) => clock.now() - usedAt >= idleMs)
    for (const copy of idle.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (hasRoom(bytes)) break
      await drop(copy)
    }
    return hasRoom(bytes)
  }

  const copyFile = async (copy: Copy): Promise<void> => {
    const { path } = copy.scan
    const stamp = await localFileStamp(path)
    if (stamp !== undefined && !isSettled(stamp, options.wallMs())) return
    // What the table held is of no use any more, whatever comes.
    await drop(copy)
    if (stamp === undefined || (copy.refused !== undefined && isSameStamp(stamp, copy.refused))) return
    try {
      const bytes = stamp.bytes > fileBytesMax ? undefined : await database.sizeOf(copy.scan)
      if (bytes === undefined) copy.refused = stamp
      else if (await makeRoom(bytes)) await makeTable(copy, { path, stamp }, bytes)
    } catch (error) {
      // What is wrong with the file is told to whoever reads it.
      if (!isLackOfMemory(error)) copy.refused = stamp
    }
  }
  /** It is there only when the file was the same before and after it was read. */
  const makeTable = async (copy: Copy, seen: SeenFile, bytes: number): Promise<void> => {
    if (!(await database.copy(copy.scan, () => isUnchanged(seen)))) return
    Object.assign(copy, { held: seen, bytes, usedAt: clock.now() })
    shared.copies++
    shared.bytes += bytes
    shared.made++
  }

  const copyAll = async ({ scans, views }: Reach): Promise<void> => {
    for (const copy of scans.map(copyOf)) {
      if (copy.held !== undefined) continue
      copy.triedAt = clock.now()
      await copyFile(copy)
      if (isOff || copy.held === undefined) return
    }
    for (const view of views) {
      if (made.has(view) || isOff) continue
      broken.set(view, clock.now())
      await database.makeView(view)
      made.add(view)
      broken.delete(view)
    }
  }
  const begin = (work: () => Promise<void>): Promise<void> => {
    copying = work()
      // The next statements read the files, and one of them tries again.
      .catch(() => undefined)
      .finally(() => {
        copying = undefined
      })
    return copying
  }
  const end = async (): Promise<void> => {
    isOff = true
    await copying
    await begin(async () => {
      for (const copy of tables()) await drop(copy)
    })
  }

  /** Looks at each file once, however many views read it. */
  const look = (mine: readonly Copy[]): void => {
    const seen = mine.length > 1 ? new Map<string, FileStamp | undefined>() : undefined
    for (const copy of mine) {
      copy.uses++
      copy.usedAt = clock.now()
      if (copy.held === undefined) continue
      const { path, stamp } = copy.held
      const now = seen?.has(path) === true ? seen.get(path) : fileStamp(path)
      seen?.set(path, now)
      if (now === undefined || !isSameStamp(now, stamp)) Object.assign(copy, { held: undefined, uses: 1 })
    }
  }
  const isDue = ({ held, uses, triedAt }: Copy): boolean =>
    held !== undefined || (uses > 1 && isLongAgo(triedAt))

  return {
    hold(reach) {
      if (isOff) return undefined
      const mine = reach.scans.map(copyOf)
      look(mine)
      const held = mine.map(copy => copy.held).filter(seen => seen !== undefined)
      if (held.length === mine.length && reach.views.every(view => made.has(view))) {
        shared.reads++
        return held
      }
      const mayCopy = mine.every(isDue) && reach.views.every(view => isLongAgo(broken.get(view)))
      if (copying === undefined && mayCopy) void begin(() => copyAll(reach))
      return undefined
    },
    connect: () => database.connect(),
    end,
    async close() {
      await end()
      await database.close()
    },
  }
}
