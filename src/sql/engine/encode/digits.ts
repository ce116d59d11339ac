/** Decimal digits without BigInt. Every function writes from `at` on, where there is room for 20 bytes, and gives where it ends. */

/** Two digits for each number below 100, as they stand in a big-endian word. */
const pairs = Uint16Array.from({ length: 100 }, (_, i) => ((48 + Math.floor(i / 10)) << 8) | (48 + (i % 10)))

/** The two digits of a number below 100, as a word of two bytes. */
export function pairOf(value: number): number {
  return pairs[value] ?? 0
}

export function putUint32(to: DataView, at: number, value: number): number {
  // As an integer to the compiler, whose divisions by constants are then multiplications.
  let rest = value >>> 0
  const end = at + digitCount(rest)
  let place = end
  while (rest >= 100) {
    const next = (rest / 100) >>> 0
    place -= 2
    to.setUint16(place, pairs[rest - next * 100] ?? 0)
    rest = next
  }
  if (rest >= 10) to.setUint16(place - 2, pairs[rest] ?? 0)
  else to.setUint8(place - 1, 48 + rest)
  return end
}

/** Eight digits with leading zeros. */
export function putEight(to: DataView, at: number, value: number): number {
  const whole = value | 0
  const upper = (whole / 10_000) | 0
  const lower = whole - upper * 10_000
  const first = (upper / 100) | 0
  const third = (lower / 100) | 0
  to.setInt32(at, ((pairs[first] ?? 0) << 16) | (pairs[upper - first * 100] ?? 0))
  to.setInt32(at + 4, ((pairs[third] ?? 0) << 16) | (pairs[lower - third * 100] ?? 0))
  return at + 8
}

/** `width` digits with leading zeros; for values below 2^31. */
export function putPadded(to: DataView, at: number, value: number, width: number): number {
  let rest = value | 0
  let place = at + width
  while (place - 2 >= at) {
    const next = (rest / 100) | 0
    place -= 2
    to.setUint16(place, pairs[rest - next * 100] ?? 0)
    rest = next
  }
  if (place > at) to.setUint8(at, 48 + rest)
  return at + width
}

/** An unsigned 64-bit number as two unsigned 32-bit words. */
export function putUint64(to: DataView, at: number, low: number, high: number): number {
  if (high < 0x20_0000) return putSafe(to, at, high * 0x1_0000_0000 + low)
  // Long division by 1e8 over limbs of 16 bits: every step stays below 2^53.
  const upper = Math.floor(high / 1e8)
  let step = (high - upper * 1e8) * 65_536 + (low >>> 16)
  const middle = Math.floor(step / 1e8)
  step = (step - middle * 1e8) * 65_536 + (low & 0xffff)
  const last = Math.floor(step / 1e8)
  // The quotient is below 2^64 / 1e8 < 2^38: safe.
  const end = putSafe(to, at, upper * 0x1_0000_0000 + middle * 65_536 + last)
  return putEight(to, end, step - last * 1e8)
}

/** A signed 64-bit number as two words, of which the high one is signed. */
export function putInt64(to: DataView, at: number, low: number, high: number): number {
  const unsignedLow = low >>> 0
  if (high >= 0) return putUint64(to, at, unsignedLow, high)
  to.setUint8(at, 45)
  // Two's complement; the low word carries into the high one only when it is zero.
  return putUint64(to, at + 1, -unsignedLow >>> 0, (unsignedLow === 0 ? -high : ~high) >>> 0)
}

/** A whole number from 0 up to 2^53. */
export function putSafe(to: DataView, at: number, value: number): number {
  if (value <= 0xffff_ffff) return putUint32(to, at, value)
  const upper = Math.floor(value / 1e8)
  return putEight(to, putUint32(to, at, upper), value - upper * 1e8)
}

function digitCount(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2
    if (value < 1_000) return 3
    return value < 10_000 ? 4 : 5
  }
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7
  if (value < 100_000_000) return 8
  return value < 1_000_000_000 ? 9 : 10
}
