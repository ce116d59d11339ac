import type { Output } from './output.ts'

/** A call of the engine of JavaScript costs as much as copying so many bytes by words. */
const wordsBytesMax = 128

/** A source of bytes, and the same for reading by words. */
export interface Bytes {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/**
 * Copies to `output` from `at` on. By whole words where the source goes on behind the value, so up to three bytes behind the copy are
 * overwritten too: they must be there, and be written later.
 */
export function copyBytes(output: Output, at: number, from: Bytes, start: number, length: number): void {
  if (length > wordsBytesMax) {
    output.bytes.set(from.bytes.subarray(start, start + length), at)
    return
  }
  const source = from.view
  const to = output.view
  const end = start + length
  let next = start
  let place = at
  if (end + 3 <= from.bytes.length) {
    for (; next < end; next += 4, place += 4) to.setInt32(place, source.getInt32(next, true), true)
    return
  }
  for (; next + 4 <= end; next += 4, place += 4) to.setInt32(place, source.getInt32(next, true), true)
  for (; next < end; next++, place++) to.setUint8(place, source.getUint8(next))
}
