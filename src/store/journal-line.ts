import { crc32 } from 'node:zlib'

/**
 * A journal is lines that processes append, each with one call, without asking each other:
 *
 *     newline, CRC-32 of the content (8 hex digits), bytes of the content (8 hex digits), space, content
 *
 * and the content is an author, a space, and JSON, which has no newline and no zero byte. The newline comes first, so that a line which
 * was cut off, because its writer died or the disk was full, ends where the next one begins.
 */
export interface Line {
  /** Who appended it, so that he finds it again. */
  readonly author: string
  readonly json: string
}

export type Taken =
  | { readonly kind: 'line'; readonly line: Line; readonly next: number }
  /** Cut off: its writer never knew it to be there, so nobody was told that it is. */
  | { readonly kind: 'torn'; readonly next: number }
  /** Not all there yet, or the end. */
  | { readonly kind: 'incomplete' }
  /** It was whole once. */
  | { readonly kind: 'damaged' }

const newline = 0x0a
const space = 0x20
const headerBytes = 17

export function lineOf(author: string, json: string): Buffer {
  const bytes = Buffer.allocUnsafe(1 + headerBytes + Buffer.byteLength(author) + 1 + Buffer.byteLength(json))
  const content = bytes.subarray(1 + headerBytes)
  content.write(`${author} ${json}`)
  bytes.write(`\n${hex(crc32(content))}${hex(content.length)} `, 'latin1')
  return bytes
}

/** Reads the line that begins at `from`, which is where another ended or the file begins. */
export function takeLine(bytes: Buffer, from: number): Taken {
  if (from >= bytes.length) return { kind: 'incomplete' }
  // After a loss of power, zeros may stand where nothing had reached the disk.
  const start = bytes[from] === newline ? from + 1 : from
  const contentStart = start + headerBytes
  const hasHeader = start > from && bytes[contentStart - 1] === space
  const contentBytes = hasHeader ? hexNumber(bytes, start + 8) : undefined
  const end = contentBytes === undefined ? undefined : contentStart + contentBytes
  if (
    end !== undefined &&
    end <= bytes.length &&
    crc32(bytes.subarray(contentStart, end)) === hexNumber(bytes, start)
  ) {
    return { kind: 'line', line: contentOf(bytes.toString('utf8', contentStart, end)), next: end }
  }
  const following = bytes.indexOf(newline, start)
  if (following === -1) return { kind: 'incomplete' }
  const isCutOff = following < (end ?? contentStart)
  return isCutOff || bytes.subarray(start, following).includes(0)
    ? { kind: 'torn', next: following }
    : { kind: 'damaged' }
}

function contentOf(content: string): Line {
  const end = content.indexOf(' ')
  return { author: content.slice(0, end), json: content.slice(end + 1) }
}

function hex(n: number): string {
  return n.toString(16).padStart(8, '0')
}

function hexNumber(bytes: Buffer, at: number): number | undefined {
  const digits = bytes.toString('latin1', at, at + 8)
  return /^[0-9a-f]{8}$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}
