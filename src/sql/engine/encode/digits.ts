import type { Output } from './output.ts'

/** Decimal digits without BigInt. Every function appends at `output.at`; the caller has room for 20 bytes. */

export function putUint32Digits(output: Output, value: number): void {
  const { bytes } = output
  const end = output.at + digitCount(value)
  let at = end
  let rest = value
  do {
    const next = (rest / 10) >>> 0
    bytes[--at] = 48 + rest - next * 10
    rest = next
  } while (rest > 0)
  output.at = end
}

/** `width` digits with leading zeros; for values below 2^31. */
export function putPadded(output: Output, value: number, width: number): void {
  const { bytes } = output
  let rest = value | 0
  for (let at = output.at + width - 1; at >= output.at; at--) {
    const next = (rest / 10) | 0
    bytes[at] = 48 + rest - next * 10
    rest = next
  }
  output.at += width
}

/** An unsigned 64-bit number as two 32-bit words. */
export function putUint64Digits(output: Output, low: number, high: number): void {
  if (high === 0) return putUint32Digits(output, low)
  if (high < 0x200000) return putSafeDigits(output, high * 0x1_0000_0000 + low)
  // Long division by 1e9 over limbs of 16 bits: every step stays below 2^53.
  let rest = high
  let q2 = Math.floor(rest / 1e9)
  rest -= q2 * 1e9
  let step = rest * 65536 + (low >>> 16)
  const qHigh = Math.floor(step / 1e9)
  step = (step - qHigh * 1e9) * 65536 + (low & 0xffff)
  const qLow = Math.floor(step / 1e9)
  const last = step - qLow * 1e9
  // The quotient is below 2^64 / 1e9 < 2^35: safe.
  q2 = q2 * 0x1_0000_0000 + qHigh * 65536 + qLow
  putSafeDigits(output, q2)
  putPadded(output, last, 9)
}

/** A whole number from 0 up to 2^53. */
export function putSafeDigits(output: Output, value: number): void {
  if (value < 1e9) return putUint32Digits(output, value)
  const upper = Math.floor(value / 1e9)
  putSafeDigits(output, upper)
  putPadded(output, value - upper * 1e9, 9)
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
