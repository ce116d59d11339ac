import { EverportError } from '../../../base/errors.ts'
import type { GrowingBuffer } from '../../arrow/growing-buffer.ts'
import { putBit } from '../../arrow/validity-bits.ts'
import { type CopyRows, fixedWriter, int32View, type VectorWriter } from './vector-writer.ts'

/** One byte a row in the engine, one bit in Arrow. */
export function booleanWriter(): VectorWriter {
  let bits = 0
  const writer = fixedWriter(1, (data, from, count, to) => {
    to.reserve((count >> 3) + 2)
    for (let row = from; row < from + count; row++) putBit(to.bytes, bits++, data[row] !== 0)
    to.length = Math.ceil(bits / 8)
  })
  return {
    ...writer,
    reset() {
      bits = 0
      writer.reset()
    },
  }
}

/** A whole number of 2, 4 or 8 bytes, as one of 16. */
export function wideningWriter(bytesPerRow: 2 | 4 | 8): VectorWriter {
  return fixedWriter(bytesPerRow, bytesPerRow === 8 ? widenInt64 : widenSmall(bytesPerRow))
}

const widenInt64: CopyRows = (data, from, count, to) => {
  const source = int32View(data)
  const target = wordsAt(to, count, 4)
  for (let i = 0; i < count; i++) {
    const high = source[2 * (from + i) + 1] ?? 0
    const sign = high >> 31
    target[4 * i] = source[2 * (from + i)] ?? 0
    target[4 * i + 1] = high
    target[4 * i + 2] = sign
    target[4 * i + 3] = sign
  }
}

function widenSmall(bytesPerRow: 2 | 4): CopyRows {
  return (data, from, count, to) => {
    const source =
      bytesPerRow === 4 ? int32View(data) : new Int16Array(data.buffer, data.byteOffset, data.byteLength >> 1)
    const target = wordsAt(to, count, 4)
    for (let i = 0; i < count; i++) {
      const value = source[from + i] ?? 0
      const sign = value >> 31
      target[4 * i] = value
      target[4 * i + 1] = sign
      target[4 * i + 2] = sign
      target[4 * i + 3] = sign
    }
  }
}

/** UHUGEINT: 128 bits without a sign, of which the highest may be set: only 256 bits with a sign hold them all. */
export function unsignedHugeWriter(): VectorWriter {
  return fixedWriter(16, (data, from, count, to) => {
    const source = int32View(data)
    const target = wordsAt(to, count, 8)
    target.fill(0)
    for (let i = 0; i < count; i++) {
      for (let word = 0; word < 4; word++) target[8 * i + word] = source[4 * (from + i) + word] ?? 0
    }
  })
}

/** 128 bits, least significant byte first and the highest bit turned over; Arrow has them as they are read. */
export function uuidWriter(): VectorWriter {
  return fixedWriter(16, (data, from, count, to) => {
    const at = to.reserve(16 * count)
    for (let i = 0; i < count; i++) {
      const source = 16 * (from + i)
      for (let byte = 0; byte < 16; byte++) to.bytes[at + 16 * i + byte] = data[source + 15 - byte] ?? 0
      to.bytes[at + 16 * i] = (to.bytes[at + 16 * i] ?? 0) ^ 0x80
    }
    to.length += 16 * count
  })
}

/** Months, days and microseconds, as months, days and nanoseconds. */
export function intervalWriter(): VectorWriter {
  return fixedWriter(16, (data, from, count, to) => {
    const source = int32View(data)
    const micros = new BigInt64Array(data.buffer, data.byteOffset, data.byteLength >> 3)
    const target = wordsAt(to, count, 4)
    const nanos = new BigInt64Array(target.buffer, target.byteOffset, 2 * count)
    for (let i = 0; i < count; i++) {
      target[4 * i] = source[4 * (from + i)] ?? 0
      target[4 * i + 1] = source[4 * (from + i) + 1] ?? 0
      nanos[2 * i + 1] = nanoseconds(micros[2 * (from + i) + 1] ?? 0n)
    }
  })
}

const microsMax = 2n ** 63n / 1_000n

function nanoseconds(micros: bigint): bigint {
  if (micros < microsMax && micros > -microsMax) return micros * 1_000n
  throw new EverportError('out_of_range', 'an interval is too long for Arrow', {
    detail: 'Its hours, minutes and seconds together may be 292 years.',
    hint: 'cast the column to text',
  })
}

/** Room for `count` rows of `perRow` words of 32 bits; the buffer then ends behind them. */
function wordsAt(to: GrowingBuffer, count: number, perRow: number): Int32Array {
  const at = to.reserve(4 * perRow * count)
  to.length += 4 * perRow * count
  return new Int32Array(to.bytes.buffer, at, perRow * count)
}
