import { EverportError } from '../../../base/errors.ts'

/**
 * The bytes of one batch, written in place. `slack` is what the fixed-size columns of one row take together: `reserve` keeps that
 * much free beyond what it was asked for, so that only columns of variable size need to ask.
 */
export interface Output {
  bytes: Uint8Array
  at: number
  slack: number
}

/** PostgreSQL's own bound on a message is 1 GiB; a row this large is a mistake long before that. */
export const rowBytesMax = 256 * 1024 * 1024

export function createOutput(bytes: number): Output {
  return { bytes: new Uint8Array(new ArrayBuffer(bytes)), at: 0, slack: 0 }
}

/** Makes room for `count` more bytes. */
export function reserve(output: Output, count: number): void {
  const needed = output.at + count + output.slack
  if (needed > output.bytes.length) grow(output, needed)
}

function grow(output: Output, needed: number): void {
  if (needed > 2 * rowBytesMax) {
    throw new EverportError('message_too_large', 'a row is too large to send', {
      detail: `One row may take at most ${rowBytesMax} bytes.`,
    })
  }
  const next = new Uint8Array(new ArrayBuffer(Math.max(needed, output.bytes.length * 2)))
  next.set(output.bytes.subarray(0, output.at))
  output.bytes = next
}

export function putInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

export function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** A value's length in front of it, once it is written from `start + 4` to `output.at`. */
export function closeValue(output: Output, start: number): void {
  putInt32(output.bytes, start, output.at - start - 4)
}

/** ASCII only. The caller has room. */
export function putAscii(output: Output, text: string): void {
  const { bytes } = output
  let at = output.at
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i)
  output.at = at
}
