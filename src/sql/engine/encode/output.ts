import { EverportError } from '../../../base/errors.ts'

/** Bytes that are written in place. */
export interface Output {
  bytes: Uint8Array
  /** The same bytes: one of its writes takes up to eight of them, in the order of the wire. */
  view: DataView
  at: number
  /** Free beyond what `reserve` was asked for. */
  readonly slack: number
}

/** What a copy by whole words may write too far. */
const copySlack = 4

/** PostgreSQL's own bound on a message is 1 GiB; a row this large is a mistake long before that. */
export const rowBytesMax = 256 * 1024 * 1024

/** `slack`: what values of bounded size take, so that only those of variable size need to ask. */
export function createOutput(bytes: number, slack = 0): Output {
  const buffer = new ArrayBuffer(bytes)
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer), at: 0, slack: slack + copySlack }
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
  const buffer = new ArrayBuffer(Math.max(needed, output.bytes.length * 2))
  const next = new Uint8Array(buffer)
  next.set(output.bytes.subarray(0, output.at))
  output.bytes = next
  output.view = new DataView(buffer)
}

/** A value's length in front of it, once it is written from `start + 4` to `output.at`. */
export function closeValue(output: Output, start: number): void {
  output.view.setInt32(start, output.at - start - 4)
}

/** ASCII only, from `at` on, where there is room; gives where it ends. */
export function putAscii(to: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) to.setUint8(at + i, text.charCodeAt(i))
  return at + text.length
}
