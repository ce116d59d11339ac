import { pairOf, putEight, putSafe } from './digits.ts'

/**
 * The shortest decimal that reads back as the same number, and of those the nearest, without an exponent. Scaled by a power of ten to as
 * many whole digits as are ever needed, a number of this range is exactly the sum of two doubles: what is nearer and what reads back is
 * decided exactly, and what hangs on a tie is left to others.
 */

/** From here … */
export const plainMin = 1e-4
/** … to below here `putShortest` may be asked. */
export const plainMax = 1e15
/** … and `putShortestSingle` to below here. */
export const singleMax = 1e6

const digitsMax = 17
const lowest = -4
/** Powers of ten from 1e-4; those from 1e0 to 1e22 are exact. */
const powers = Float64Array.from({ length: 27 }, (_, i) => Number(`1e${i + lowest}`))
/** How many digits stand before the point, less one, by the exponent of two. */
const lowestBinary = -14
const wholes = Int8Array.from({ length: 65 }, (_, i) => Math.floor(Math.log10(2 ** (i + lowestBinary))))

const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)

/** Veltkamp's: splits a double into halves whose products are exact. */
const splitter = 2 ** 27 + 1
const upperHalf = (value: number): number => {
  const scaled = splitter * value
  return scaled - (scaled - value)
}
const upperHalves = powers.map(upperHalf)
const halfUnits = Float64Array.from({ length: 65 }, (_, i) => 2 ** (i + lowestBinary - 53))

/** The place of its first digit: 0 is that before the point. */
function wholeOf(binary: number, magnitude: number): number {
  const whole = wholes[binary] ?? 0
  return magnitude >= (powers[whole + 1 - lowest] ?? 0) ? whole + 1 : whole
}

/** Gives where the text ends; -1, and nothing that counts written, when it leaves the number to others. Needs room for 24 bytes. */
export function putShortest(to: DataView, at: number, magnitude: number): number {
  number[0] = magnitude
  const high = words[1] ?? 0
  // Below a power of two numbers are denser than above it.
  if ((high & 0xf_ffff) === 0 && words[0] === 0) return -1
  const binary = (high >>> 20) - 1_023 - lowestBinary
  const whole = wholeOf(binary, magnitude)
  const scale = digitsMax - 1 - whole - lowest
  const power = powers[scale] ?? 0
  const product = magnitude * power
  // Dekker's: what the product lost.
  const a = upperHalf(magnitude)
  const b = magnitude - a
  const c = upperHalves[scale] ?? 0
  const d = power - c
  const lost = a * c - product + a * d + b * c + b * d
  // One too many or too few is mended below.
  let upper = Math.floor(product * 1e-9) | 0
  const lower = product - upper * 1e9
  let last = Math.round(lower + lost) | 0
  const rest = lower - last + lost
  if (last < 0) {
    last += 1_000_000_000
    upper--
  }
  // Half the way to the numbers beside it: what is nearer than that reads back.
  const half = (halfUnits[binary] ?? 0) * power
  let kept = 15
  const beyondFifteen = last % 100
  const awayOfFifteen = beyondFifteen + rest
  if (awayOfFifteen < half && -awayOfFifteen < half) last -= beyondFifteen
  else if (100 - awayOfFifteen < half) last += 100 - beyondFifteen
  else {
    if (awayOfFifteen === half || 100 - awayOfFifteen === half) return -1
    const beyondSixteen = last % 10
    const awayOfSixteen = beyondSixteen + rest
    const away = awayOfSixteen > 5 ? 10 - awayOfSixteen : Math.abs(awayOfSixteen)
    if (away < half) {
      if (awayOfSixteen === 5) return -1
      kept = 16
      last += awayOfSixteen > 5 ? 10 - beyondSixteen : -beyondSixteen
    } else if (away === half || rest >= 0.5 || rest <= -0.5) return -1
    else kept = 17
  }
  if (last >= 1_000_000_000) {
    last -= 1_000_000_000
    upper++
  }
  return putPoint(to, at, whole, upper, last, kept)
}

/** The first `kept` of eight digits and nine, with the point behind digit `whole`, without zeros at the end. */
function putPoint(
  to: DataView,
  at: number,
  whole: number,
  upper: number,
  last: number,
  kept: number,
): number {
  let digits = at + 1
  if (whole < 0) {
    to.setInt32(at, 0x302e_3030)
    digits = at + 1 - whole
    to.setInt16(at + 4, 0x3030)
  }
  const first = (last / 1e8) | 0
  putEight(to, digits, upper)
  to.setUint8(digits + 8, 48 + first)
  putEight(to, digits + 9, last - first * 1e8)
  if (whole >= 0) {
    for (let i = 0; i <= whole; i++) to.setUint8(at + i, to.getUint8(at + 1 + i))
    to.setUint8(at + 1 + whole, 46)
  }
  let end = digits + Math.max(kept, whole + 1)
  while (to.getUint8(end - 1) === 48) end--
  return to.getUint8(end - 1) === 46 ? end - 1 : end
}

/** As `putShortest`, for numbers of 32 bits below 1e6: scaled to nine digits they are one exact double. */
export function putShortestSingle(to: DataView, at: number, magnitude: number): number {
  number[0] = magnitude
  const high = words[1] ?? 0
  if ((high & 0xf_ffff) === 0 && words[0] === 0) return -1
  const binary = (high >>> 20) - 1_023 - lowestBinary
  const whole = wholeOf(binary, magnitude)
  const power = powers[8 - whole - lowest] ?? 0
  const scaled = magnitude * power
  const half = (halfUnits[binary] ?? 0) * 2 ** 29 * power
  for (let step = 1_000; ; step /= 10) {
    const rounded = Math.round(scaled / step) * step
    const away = Math.abs(scaled - rounded)
    // A tie: which of two is written, or whether it reads back, is decided elsewhere.
    if (away === half || 2 * away >= step) return -1
    if (away < half) {
      // The power of ten above it, whose own nearest number is below.
      if (rounded === 1e9) return putPoint(to, at, whole + 1, 10_000_000, 0, 1)
      return putPoint(to, at, whole, (rounded / 10) | 0, (rounded % 10) * 100_000_000, 9)
    }
    if (step === 1) return -1
  }
}

/** Numbers with at most two decimals, which money and measurements mostly are, need no search. Whole hundredths below 1e15. */
export function putCents(to: DataView, at: number, cents: number): number {
  const whole = Math.floor(cents / 100)
  const rest = cents - whole * 100
  const end = putSafe(to, at, whole)
  if (rest === 0) return end
  to.setUint8(end, 46)
  to.setUint16(end + 1, pairOf(rest))
  return rest % 10 === 0 ? end + 2 : end + 3
}
