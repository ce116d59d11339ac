import { WireError } from './wire-error.ts'

/** A place in a message. `end` bounds every read; names alone may look back before it. */
export interface Reader {
  readonly bytes: Uint8Array
  at: number
  end: number
}

export function readerOf(bytes: Uint8Array): Reader {
  return { bytes, at: 0, end: bytes.length }
}

/** Where the next `count` bytes begin; moves past them. */
export function take(reader: Reader, count: number): number {
  const start = reader.at
  if (start + count > reader.end)
    throw new WireError(`message ends ${start + count - reader.end} bytes early`)
  reader.at = start + count
  return start
}

export function readUint8(reader: Reader): number {
  return byteAt(reader.bytes, take(reader, 1))
}

export function readUint16(reader: Reader): number {
  return uint16At(reader.bytes, take(reader, 2))
}

export function readUint32(reader: Reader): number {
  const start = take(reader, 4)
  return uint16At(reader.bytes, start) * 0x1_0000 + uint16At(reader.bytes, start + 2)
}

/** A copy, so that the message can be let go. */
export function readBytes(reader: Reader, count: number): Uint8Array {
  const start = take(reader, count)
  return reader.bytes.slice(start, start + count)
}

/** Unchecked: the caller has looked at the length. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}

/** Unchecked: the caller has looked at the length. */
export function uint16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}
