import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * What is wrong with a data file, or undefined when nothing is seen. lmdb ends the whole process with a signal when it meets a
 * file that is not its own, or one that is cut off; so we look first. Layout: MDB_page, MDB_meta and MDB_db of LMDB 0.9.90, 64 bit.
 */
export function headerFault(file: string): string | undefined {
  const fd = openSync(file, 'r')
  try {
    const first = readMeta(fd, 0)
    const second = first === undefined ? undefined : readMeta(fd, first.pageBytes)
    // Only now: other processes make the file longer all the time, and write a page before they point to it.
    const { size } = fstatSync(fd)
    // Made by a process that was killed before it wrote anything.
    if (size === 0) return undefined
    if (first === undefined) return `it has only ${size} bytes`
    const fault = identityFault(first)
    if (fault !== undefined) return fault
    if (second === undefined) return `it ends after ${size} bytes`
    const newest = second.transaction > first.transaction ? second : first
    const pages = BigInt(Math.floor(size / first.pageBytes))
    return newest.roots.some(root => root !== noPage && root >= pages)
      ? `it ends after ${size} bytes, before its newest page`
      : undefined
  } finally {
    closeSync(fd)
  }
}

interface Meta {
  readonly magic: number
  readonly version: number
  readonly pageBytes: number
  readonly roots: readonly bigint[]
  readonly transaction: bigint
}

const metaBytes = 168
const magic = 0xbeefc0de
const dataVersion = 2
const noPage = 0xffff_ffff_ffff_ffffn

function readMeta(fd: number, offset: number): Meta | undefined {
  const bytes = Buffer.alloc(metaBytes)
  if (readSync(fd, bytes, 0, metaBytes, offset) < metaBytes) return undefined
  return {
    magic: bytes.readUInt32LE(24),
    version: bytes.readUInt32LE(28) & 0xffff,
    pageBytes: bytes.readUInt32LE(48),
    roots: [bytes.readBigUInt64LE(88), bytes.readBigUInt64LE(136)],
    transaction: bytes.readBigUInt64LE(152),
  }
}

function identityFault(meta: Meta): string | undefined {
  if (meta.magic !== magic) return 'it is not an LMDB file'
  if (meta.version !== dataVersion) {
    return `it has LMDB format ${meta.version}, and this program reads format ${dataVersion}`
  }
  return meta.pageBytes >= 512 && meta.pageBytes <= 65_536 ? undefined : 'its first page is damaged'
}
