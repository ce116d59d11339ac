/**
 * An interval as PostgreSQL reads it, in the form that the engine reads: `14 months 3 days 14706.789 seconds`. Undefined when PostgreSQL would not read it. `field`
 * is the modifier of `interval '1' day`, PostgreSQL's mask of fields.
 */
export function intervalText(source: string, field?: number): string | undefined {
  const parts: Parts = { months: 0, days: 0, microseconds: 0 }
  const text = source.trim().toLowerCase()
  if (text === '') return undefined
  const isRead = /^p[\dt.,-]/.test(text) ? readIso(text, parts) : readVerbose(text, parts, lastField(field))
  if (!isRead) return undefined
  const { months, days, microseconds } = parts
  return `${months} months ${days} days ${microseconds} microseconds`
}

interface Parts {
  months: number
  days: number
  microseconds: number
}

const second = 1_000_000
const daysOfMonth = 30
const secondsOfDay = 86_400

/** What one of a unit is: months, days, or microseconds. A fraction of a month goes to days, of a day to microseconds. */
const units: readonly (readonly [RegExp, keyof Parts, number])[] = [
  [/^(millennium|millennia|millenniums|mil|mils)$/, 'months', 12_000],
  [/^(century|centuries|cent|c)$/, 'months', 1_200],
  [/^(decade|decades|dec|decs)$/, 'months', 120],
  [/^(year|years|yr|yrs|y)$/, 'months', 12],
  [/^(month|months|mon|mons)$/, 'months', 1],
  [/^(week|weeks|w)$/, 'days', 7],
  [/^(day|days|d)$/, 'days', 1],
  [/^(hour|hours|hr|hrs|h)$/, 'microseconds', 3_600 * second],
  [/^(minute|minutes|min|mins|m)$/, 'microseconds', 60 * second],
  [/^(second|seconds|sec|secs|s)$/, 'microseconds', second],
  [/^(millisecond|milliseconds|msec|msecs|ms)$/, 'microseconds', 1_000],
  [/^(microsecond|microseconds|usec|usecs|us)$/, 'microseconds', 1],
]

function addUnit(parts: Parts, amount: number, unit: string): boolean {
  const found = units.find(([words]) => words.test(unit))
  if (found === undefined) return false
  const [, kind, size] = found
  const total = amount * size
  if (kind === 'microseconds') parts.microseconds += Math.round(total)
  else if (kind === 'days') addDays(parts, total)
  else {
    const whole = Math.trunc(total)
    parts.months += whole
    // Years keep only whole months; a fraction of a month is days of a month of 30.
    if (size === 1) addDays(parts, (total - whole) * daysOfMonth)
  }
  return true
}

function addDays(parts: Parts, days: number): void {
  const whole = Math.trunc(days)
  parts.days += whole
  parts.microseconds += Math.round((days - whole) * secondsOfDay * second)
}

/** `1 year 2 mons -3 days 04:05:06.7 ago`, `1-2`, `3 4:05`. */
function readVerbose(text: string, parts: Parts, unitOfLast: string): boolean {
  const isAgo = /\sago$/.test(text)
  const words = text
    .replace(/^@\s*/, '')
    .replace(/\sago$/, '')
    .replaceAll(/(\d)([a-z])/g, '$1 $2')
    .replaceAll(/([+-])\s+(?=\d)/g, '$1')
    .split(/\s+/)
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const yearMonth = /^([+-]?)(\d+)-(\d+)$/.exec(word)
    const time = /^([+-]?)(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?$/.exec(word)
    if (yearMonth !== null) {
      const months = Number(yearMonth[2]) * 12 + Number(yearMonth[3])
      parts.months += yearMonth[1] === '-' ? -months : months
    } else if (time !== null) {
      const seconds = Number(time[2]) * 3_600 + Number(time[3]) * 60 + Number(time[4] ?? 0)
      parts.microseconds += Math.round((time[1] === '-' ? -seconds : seconds) * second)
    } else if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) {
      const next = words[i + 1]
      const hasUnit = next !== undefined && /^[a-z]+$/.test(next)
      // A number before a time of day is days.
      const unit = hasUnit ? next : next?.includes(':') ? 'day' : unitOfLast
      if (hasUnit) i++
      if (!addUnit(parts, Number(word), unit)) return false
    } else return false
  }
  if (isAgo) for (const key of ['months', 'days', 'microseconds'] as const) parts[key] = -parts[key]
  return true
}

/** ISO 8601 with designators: `P1Y2M3DT4H5M6S`. */
function readIso(text: string, parts: Parts): boolean {
  const match = /^p([^t]*)(?:t(.+))?$/.exec(text)
  if (match === null) return false
  const [, date = '', time = ''] = match
  const read = (part: string, names: Readonly<Record<string, string>>): boolean => {
    const items = [...part.matchAll(/([+-]?\d*\.?\d+)([a-z])/g)]
    if (items.map(([whole]) => whole).join('') !== part) return false
    return items.every(([, amount, unit = '']) => addUnit(parts, Number(amount), names[unit] ?? ''))
  }
  return (
    read(date, { y: 'year', m: 'month', w: 'week', d: 'day' }) &&
    read(time, { h: 'hour', m: 'minute', s: 'second' })
  )
}

/** Bits of PostgreSQL's mask: which field a number without a unit means is the last one named. */
const fields: readonly (readonly [number, string])[] = [
  [1 << 12, 'second'],
  [1 << 11, 'minute'],
  [1 << 10, 'hour'],
  [1 << 3, 'day'],
  [1 << 1, 'month'],
  [1 << 2, 'year'],
]

function lastField(mask: number | undefined): string {
  if (mask === undefined || mask === 0x7fff) return 'second'
  return fields.find(([bit]) => (mask & bit) !== 0)?.[1] ?? 'second'
}
