/** Decimal digits of a whole number, of which the last `scale` stand behind the point, as PostgreSQL's numeric. */
export interface NumericDigits {
  readonly view: DataView
  count: number
}

/** For example `-0.05`. */
export function putDigitsText(
  to: DataView,
  at: number,
  digits: NumericDigits,
  negative: boolean,
  scale: number,
): number {
  const { view: from, count } = digits
  let end = at
  if (negative) to.setUint8(end++, 45)
  const whole = count - scale
  if (whole <= 0) to.setUint8(end++, 48)
  for (let i = 0; i < whole; i++) to.setUint8(end++, from.getUint8(i))
  if (scale > 0) {
    to.setUint8(end++, 46)
    for (let i = whole; i < count; i++) to.setUint8(end++, i < 0 ? 48 : from.getUint8(i))
  }
  return end
}

const negativeSign = 0x4000
const headBytes = 8

/** Count of groups, weight of the first, sign, scale. */
function putHead(
  to: DataView,
  at: number,
  count: number,
  weight: number,
  negative: boolean,
  scale: number,
): number {
  to.setInt16(at, count)
  to.setInt16(at + 2, count === 0 ? 0 : weight)
  to.setInt16(at + 4, negative && count > 0 ? negativeSign : 0)
  to.setInt16(at + 6, scale)
  return at + headBytes
}

/** Groups of four digits around the point, without leading and trailing groups of zero. */
export function putDigitsBinary(
  to: DataView,
  at: number,
  digits: NumericDigits,
  negative: boolean,
  scale: number,
): number {
  const groupsBefore = Math.ceil(Math.max(digits.count - scale, 0) / 4)
  const groupsAfter = Math.ceil(scale / 4)
  const groupAt = (group: number): number => {
    // Position of the group's first digit: the point stands after digit `count - scale`.
    const first = digits.count - scale + (group - groupsBefore) * 4
    let value = 0
    for (let i = first; i < first + 4; i++) {
      value = value * 10 + (i >= 0 && i < digits.count ? digits.view.getUint8(i) - 48 : 0)
    }
    return value
  }
  let first = 0
  let end = groupsBefore + groupsAfter
  while (first < end && groupAt(first) === 0) first++
  while (end > first && groupAt(end - 1) === 0) end--
  let place = putHead(to, at, end - first, groupsBefore - 1 - first, negative, scale)
  for (let i = first; i < end; i++, place += 2) to.setInt16(place, groupAt(i))
  return place
}

/** The lowest first. */
const groups = new Int32Array(4)
const powersOfTen = [1, 10, 100, 1_000]

/** As `putDigitsBinary`, for numbers that are below 2^53 also when their last group is filled up. */
export function putSafeBinary(
  to: DataView,
  at: number,
  magnitude: number,
  negative: boolean,
  scale: number,
): number {
  const groupsAfter = (scale + 3) >> 2
  const filled = magnitude * (powersOfTen[groupsAfter * 4 - scale] ?? 1)
  const upper = Math.floor(filled / 1e8)
  const lower = filled - upper * 1e8
  const third = (upper / 10_000) | 0
  const first = (lower / 10_000) | 0
  groups[3] = third
  groups[2] = upper - third * 10_000
  groups[1] = first
  groups[0] = lower - first * 10_000
  let highest = 3
  while (highest >= 0 && groups[highest] === 0) highest--
  let lowest = 0
  while (lowest < highest && groups[lowest] === 0) lowest++
  const count = highest < 0 ? 0 : highest - lowest + 1
  let place = putHead(to, at, count, highest - groupsAfter, negative, scale)
  for (let i = highest; i >= lowest; i--, place += 2) to.setInt16(place, groups[i] ?? 0)
  return place
}
