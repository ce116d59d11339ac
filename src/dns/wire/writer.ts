import { wireLimits } from './codes.ts'
import { WireError } from './wire-error.ts'

/**
 * Grows as it is written to, up to one message. `base` is where its first byte will lie in the message, so that part of a
 * message can be encoded alone and still point into the part before it.
 */
export interface Writer {
  bytes: Uint8Array
  at: number
  readonly base: number
  /** Offset in the message of each name suffix written so far, by its exact bytes (latin1). */
  readonly suffixes: Map<string, number>
}

export function newWriter(base = 0): Writer {
  return { bytes: new Uint8Array(512), at: 0, base, suffixes: new Map() }
}

export function written(writer: Writer): Uint8Array {
  return writer.bytes.slice(0, writer.at)
}

/** Where the next `count` bytes go; makes room for them. */
export function reserve(writer: Writer, count: number): number {
  const start = writer.at
  const end = start + count
  if (writer.base + end > wireLimits.messageBytesMax) throw new WireError('message longer than 65535 bytes')
  if (end > writer.bytes.length) {
    const grown = new Uint8Array(Math.max(end, writer.bytes.length * 2))
    grown.set(writer.bytes)
    writer.bytes = grown
  }
  writer.at = end
  return start
}

export function writeUint8(writer: Writer, value: number): void {
  const at = reserve(writer, 1)
  writer.bytes[at] = value
}

export function writeUint16(writer: Writer, value: number): void {
  const at = reserve(writer, 2)
  putUint16(writer.bytes, at, value)
}

export function writeUint32(writer: Writer, value: number): void {
  const at = reserve(writer, 4)
  putUint32(writer.bytes, at, value)
}

export function writeBytes(writer: Writer, bytes: Uint8Array): void {
  const at = reserve(writer, bytes.length)
  writer.bytes.set(bytes, at)
}

export function putUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value & 0xff
}

export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  putUint16(bytes, at, value >>> 16)
  putUint16(bytes, at + 2, value & 0xffff)
}
