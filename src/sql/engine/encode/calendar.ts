import { pairOf, putPadded, putUint32 } from './digits.ts'

/** Days from 1970-01-01 (the engine's epoch) to 2000-01-01 (PostgreSQL's). */
export const postgresEpochDays = 10_957
export const microsPerDay = 86_400_000_000

/** 0001-01-01. */
const christDays = -719_162

/** Years then have numbers of their own, which ` BC` tells from ours: behind the date and all that belongs to it. */
export function isBeforeChrist(days: number): boolean {
  return days < christDays
}

/** Texts of dates that were written last, by the last bits of the day: year; month between its dashes; day of the month. Dates repeat. */
const slots = 4_096
/** None of these days belongs where it stands at first. */
const cachedDays = Int32Array.from({ length: slots }, (_, i) => i + 1)
const cachedYears = new Int32Array(slots)
const cachedMonths = new Int32Array(slots)
const cachedDaysOfMonth = new Int32Array(slots)

/**
 * `YYYY-MM-DD` of the proleptic Gregorian calendar, from `at` on; gives where it ends. Years of more than four digits are written in full, as
 * PostgreSQL does, and those before Christ as they are called there. Needs room for 16 bytes.
 */
export function putDate(to: DataView, at: number, days: number): number {
  const slot = days & (slots - 1)
  if (cachedDays[slot] !== days) {
    const { year, month, day } = civilOf(days)
    if (year <= 0 || year > 9_999) return putFarDate(to, at, year, month, day)
    const century = Math.floor(year / 100)
    cachedDays[slot] = days
    cachedYears[slot] = (pairOf(century) << 16) | pairOf(year - century * 100)
    cachedMonths[slot] = 0x2d00_002d | (pairOf(month) << 8)
    cachedDaysOfMonth[slot] = pairOf(day)
  }
  to.setInt32(at, cachedYears[slot] ?? 0)
  to.setInt32(at + 4, cachedMonths[slot] ?? 0)
  to.setInt16(at + 8, cachedDaysOfMonth[slot] ?? 0)
  return at + 10
}

function putFarDate(to: DataView, at: number, year: number, month: number, day: number): number {
  const shown = year > 0 ? year : 1 - year
  let end = shown < 10_000 ? putPadded(to, at, shown, 4) : putUint32(to, at, shown)
  to.setUint8(end, 45)
  end = putPadded(to, end + 1, month, 2)
  to.setUint8(end, 45)
  return putPadded(to, end + 1, day, 2)
}

interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Howard Hinnant's civil-from-days: years begin in March, eras have 400 years. */
function civilOf(days: number): CivilDate {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = (shifted - era * 146_097) | 0
  const leapDays = ((dayOfEra / 1_460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0)
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0))
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/**
 * `HH:MM:SS`, and `.ffffff` without trailing zeros when there is a fraction, of so many microseconds and hours. Needs room for 16 bytes, and
 * for more where hours have more than two digits.
 */
export function putTime(to: DataView, at: number, micros: number, moreHours = 0): number {
  const seconds = Math.floor(micros / 1_000_000)
  const ownHours = Math.floor(seconds / 3_600)
  const hours = ownHours + moreHours
  const ofHour = (seconds - ownHours * 3_600) | 0
  const minutes = (ofHour / 60) | 0
  let end = hours < 100 ? putPadded(to, at, hours, 2) : putUint32(to, at, hours)
  to.setInt32(end, 0x3a00_003a | (pairOf(minutes) << 8))
  to.setInt16(end + 4, pairOf(ofHour - minutes * 60))
  end += 6
  return putFraction(to, end, micros - seconds * 1_000_000)
}

function putFraction(to: DataView, at: number, micros: number): number {
  if (micros === 0) return at
  to.setUint8(at, 46)
  let end = putPadded(to, at + 1, micros, 6)
  while (to.getUint8(end - 1) === 48) end--
  return end
}

/** As `putDate`. */
export function dateText(days: number): string {
  const written = new DataView(new ArrayBuffer(32))
  return textUpTo(written, putDate(written, 0, days))
}

/** As `putTime`. */
export function timeText(micros: number): string {
  const written = new DataView(new ArrayBuffer(40))
  return textUpTo(written, putTime(written, 0, micros))
}

function textUpTo(written: DataView, end: number): string {
  return Buffer.from(written.buffer as ArrayBuffer, 0, end).toString('latin1')
}
