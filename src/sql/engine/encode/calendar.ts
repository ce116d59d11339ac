import { putPadded, putUint32Digits } from './digits.ts'
import type { Output } from './output.ts'

/** Days from 1970-01-01 (the engine's epoch) to 2000-01-01 (PostgreSQL's). */
export const postgresEpochDays = 10_957
export const microsPerDay = 86_400_000_000

/**
 * `YYYY-MM-DD` of the proleptic Gregorian calendar; true when the year is before Christ, so that the caller ends with ` BC`. Years of more
 * than four digits are written in full, as PostgreSQL does. Needs room for 16 bytes.
 */
export function putDate(output: Output, days: number): boolean {
  const slot = days & (cachedDays.length - 1)
  const from = slot * dateBytes
  if (cachedDays[slot] === days) {
    for (let i = 0; i < dateBytes; i++) output.bytes[output.at + i] = cachedText[from + i] ?? 0
    output.at += dateBytes
    return false
  }
  const start = output.at
  const isBeforeChrist = putNewDate(output, days)
  if (!isBeforeChrist && output.at - start === dateBytes) {
    cachedText.set(output.bytes.subarray(start, output.at), from)
    cachedDays[slot] = days
  }
  return isBeforeChrist
}

/** Dates repeat: their texts of ten characters are kept in a table that is looked up by the last bits of the day. */
const dateBytes = 10
const cachedDays = new Int32Array(4_096).fill(0x7fff_ffff)
const cachedText = new Uint8Array(cachedDays.length * dateBytes)

function putNewDate(output: Output, days: number): boolean {
  // Howard Hinnant's civil-from-days: years begin in March, eras have 400 years.
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const shown = year > 0 ? year : 1 - year
  if (shown < 10_000) putPadded(output, shown, 4)
  else putUint32Digits(output, shown)
  output.bytes[output.at++] = 45
  putPadded(output, month, 2)
  output.bytes[output.at++] = 45
  putPadded(output, day, 2)
  return year <= 0
}

/** `HH:MM:SS`, and `.ffffff` without trailing zeros when there is a fraction. Needs room for 15 bytes; hours may take more. */
export function putTime(output: Output, micros: number): void {
  const seconds = Math.floor(micros / 1_000_000)
  const hours = Math.floor(seconds / 3_600)
  if (hours < 100) putPadded(output, hours, 2)
  else putUint32Digits(output, hours)
  output.bytes[output.at++] = 58
  putPadded(output, Math.floor(seconds / 60) % 60, 2)
  output.bytes[output.at++] = 58
  putPadded(output, seconds % 60, 2)
  putFraction(output, micros - seconds * 1_000_000)
}

function putFraction(output: Output, micros: number): void {
  if (micros === 0) return
  output.bytes[output.at++] = 46
  putPadded(output, micros, 6)
  while (output.bytes[output.at - 1] === 48) output.at--
}
