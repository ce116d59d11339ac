import { bodyLength, padded } from './batch-body.ts'

/**
 * FlightData of Flight.proto, written by hand: it carries all rows, and a generic encoder would copy them once more. Field 2 is the
 * message, field 1000 its body.
 */
const headerTag = 0x12
const bodyTag = [0xc2, 0x3e] as const

/** Two places for one message after another: the next is made while the last is sent. */
export interface FlightDataWriter {
  /** The result is valid until the call after the next. */
  write(header: Uint8Array, buffers: readonly Uint8Array[]): Buffer
}

/** A buffer that one huge message has blown up is let go. */
const keptBytesMax = 8 * 1024 * 1024
/** Messages of one result differ a little: a buffer for one has room for the others. */
const spareRoom = 1.25

export function flightDataWriter(): FlightDataWriter {
  let output = Buffer.alloc(0)
  let sending = Buffer.alloc(0)
  return {
    write(header, buffers) {
      ;[output, sending] = [sending, output]
      const body = bodyLength(buffers)
      const length = 1 + varintBytes(header.length) + header.length + 2 + varintBytes(body) + body
      if (output.length < length || output.length > keptBytesMax)
        output = Buffer.allocUnsafeSlow(Math.ceil(length * spareRoom))
      let at = putVarint(output, 1, header.length)
      output[0] = headerTag
      output.set(header, at)
      at += header.length
      output[at++] = bodyTag[0]
      output[at++] = bodyTag[1]
      at = putVarint(output, at, body)
      for (const buffer of buffers) {
        output.set(buffer, at)
        const end = at + padded(buffer.length)
        output.fill(0, at + buffer.length, end)
        at = end
      }
      return output.subarray(0, at)
    },
  }
}

/** What a client sent. Undefined when it is not a FlightData. Fields that we do not know are passed over. */
export interface ReceivedFlightData {
  readonly descriptor: Uint8Array | undefined
  readonly header: Uint8Array
  readonly appMetadata: Uint8Array
  readonly body: Uint8Array
}

export function readFlightData(bytes: Uint8Array): ReceivedFlightData | undefined {
  const empty = bytes.subarray(0, 0)
  const found = {
    descriptor: undefined as Uint8Array | undefined,
    header: empty,
    appMetadata: empty,
    body: empty,
  }
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint(bytes, at)
    if (tag === undefined) return undefined
    at = tag.end
    const wireType = tag.value & 7
    const length =
      wireType === 5 ? { value: 4, end: at } : wireType === 1 ? { value: 8, end: at } : readVarint(bytes, at)
    if (length === undefined || wireType === 3 || wireType === 4 || wireType > 5) return undefined
    if (wireType === 0) {
      at = length.end
      continue
    }
    const end = length.end + length.value
    if (end > bytes.length) return undefined
    const value = bytes.subarray(length.end, end)
    at = end
    if (wireType !== 2) continue
    const field = Math.floor(tag.value / 8)
    if (field === 1) found.descriptor = value
    else if (field === 2) found.header = value
    else if (field === 3) found.appMetadata = value
    else if (field === 1_000) found.body = value
  }
  return found
}

/** At most ten bytes; values that do not fit a whole number of JavaScript are no lengths of ours. */
function readVarint(bytes: Uint8Array, from: number): { value: number; end: number } | undefined {
  let value = 0
  let factor = 1
  for (let at = from; at < Math.min(bytes.length, from + 10); at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * factor
    factor *= 128
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, end: at + 1 } : undefined
  }
  return undefined
}

function varintBytes(value: number): number {
  let count = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) count++
  return count
}

function putVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest & 0x7f) | 0x80
  bytes[at++] = rest
  return at
}
