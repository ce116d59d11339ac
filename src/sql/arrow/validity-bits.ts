import { GrowingBuffer } from './growing-buffer.ts'

/** One bit a row, 1 for a value and 0 for null, least significant bit first: DuckDB's form and Arrow's. Nothing is kept while no row is null. */
export class ValidityBits {
  length = 0
  nullCount = 0
  #bits = new GrowingBuffer()

  appendValid(count: number): void {
    if (this.nullCount > 0) this.#setBits(count, true)
    this.length += count
  }

  appendNulls(count: number): void {
    if (count === 0) return
    this.#begin()
    this.#setBits(count, false)
    this.nullCount += count
    this.length += count
  }

  /** Rows `from` … of a mask; undefined means that all are valid. */
  append(mask: Uint8Array | undefined, from: number, count: number): void {
    if (mask === undefined) return this.appendValid(count)
    const nulls = countZeros(mask, from, count)
    if (nulls === 0) return this.appendValid(count)
    this.#begin()
    if (((this.length | from) & 7) === 0) {
      const bytes = Math.ceil(count / 8)
      this.#room(count)
      this.#bits.bytes.set(mask.subarray(from >> 3, (from >> 3) + bytes), this.length >> 3)
    } else this.#copyBits(mask, from, count)
    this.nullCount += nulls
    this.length += count
  }

  /** Empty when no row is null, as Arrow allows. */
  filled(): Uint8Array {
    return this.nullCount === 0 ? empty : this.#bits.bytes.subarray(0, Math.ceil(this.length / 8))
  }

  reset(): void {
    this.length = 0
    this.nullCount = 0
    this.#bits.reset()
  }

  /** At the first null: what came before was valid. */
  #begin(): void {
    if (this.nullCount > 0) return
    const { length } = this
    this.length = 0
    this.#setBits(length, true)
    this.length = length
  }

  #room(count: number): void {
    this.#bits.length = Math.ceil(this.length / 8)
    this.#bits.reserve(Math.ceil(count / 8) + 1)
  }

  #setBits(count: number, value: boolean): void {
    this.#room(count)
    const { bytes } = this.#bits
    const end = this.length + count
    let at = this.length
    for (; at < end && (at & 7) !== 0; at++) putBit(bytes, at, value)
    const whole = at + Math.floor((end - at) / 8) * 8
    bytes.fill(value ? 0xff : 0, at >> 3, whole >> 3)
    for (at = Math.max(at, whole); at < end; at++) putBit(bytes, at, value)
  }

  #copyBits(mask: Uint8Array, from: number, count: number): void {
    this.#room(count)
    const { bytes } = this.#bits
    for (let i = 0; i < count; i++) putBit(bytes, this.length + i, bitAt(mask, from + i))
  }
}

const empty = new Uint8Array(0)

export function bitAt(mask: Uint8Array, index: number): boolean {
  return ((mask[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
}

export function putBit(bytes: Uint8Array, index: number, value: boolean): void {
  const bit = 1 << (index & 7)
  const before = bytes[index >> 3] ?? 0
  bytes[index >> 3] = value ? before | bit : before & ~bit
}

function countZeros(mask: Uint8Array, from: number, count: number): number {
  const end = from + count
  let zeros = 0
  let at = from
  for (; at < end && (at & 7) !== 0; at++) if (!bitAt(mask, at)) zeros++
  for (; at + 8 <= end; at += 8) zeros += zerosOf[mask[at >> 3] ?? 0] ?? 0
  for (; at < end; at++) if (!bitAt(mask, at)) zeros++
  return zeros
}

const zerosOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let zeros = 8
  for (let rest = byte; rest > 0; rest >>= 1) zeros -= rest & 1
  return zeros
})
