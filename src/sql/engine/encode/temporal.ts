import type { Format } from '../engine.ts'
import { isBeforeChrist, postgresEpochDays, putDate, putTime } from './calendar.ts'
import { valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, type LoadValues, longWords, valuesAs } from './column-encoder.ts'
import { putPadded } from './digits.ts'
import { putAscii } from './output.ts'
import { wordEncoder } from './wire-words.ts'

/** Both ends of the engine's range mean infinity: INT32_MAX and its negative for dates, INT64_MAX and its negative for timestamps. */
const dateInfinity = 0x7fff_ffff

export function dateEncoder(format: Format): ColumnEncoder {
  const load = valuesAs(Int32Array, 1)
  if (format === 1) return wordEncoder(wireDays(load), 4)
  return valueEncoder(load, 24, (values, row, to, at) => {
    const days = values[row] ?? 0
    if (days === dateInfinity) return putAscii(to, at, 'infinity')
    if (days === -dateInfinity) return putAscii(to, at, '-infinity')
    return putEra(to, putDate(to, at, days), days)
  })
}

/** PostgreSQL's days, counted from 2000. */
function wireDays(load: LoadValues<Int32Array>): LoadValues<Int32Array> {
  let days = new Int32Array(0)
  return (vector, rowCount) => {
    const values = load(vector, rowCount)
    if (days.length < rowCount) days = new Int32Array(rowCount)
    for (let row = 0; row < rowCount; row++) {
      const value = values[row] ?? 0
      if (value === dateInfinity) days[row] = 0x7fff_ffff
      else days[row] = value === -dateInfinity ? -0x8000_0000 : value - postgresEpochDays
    }
    return days
  }
}

export function putEra(to: DataView, at: number, days: number): number {
  return isBeforeChrist(days) ? putAscii(to, at, ' BC') : at
}

/** TIME in microseconds, or TIME_NS, which loses what is below a microsecond. */
export function timeEncoder(unitsPerMicro: 1 | 1_000, format: Format): ColumnEncoder {
  if (format === 1) return wordEncoder(unitsPerMicro === 1 ? longWords : microsOfNanos, 8)
  return valueEncoder(longWords, 20, (words, row, to, at) => {
    const units = unsafeUnits(words, row)
    return putTime(to, at, unitsPerMicro === 1 ? units : Math.floor(units / unitsPerMicro))
  })
}

/** Of a time of day, which is below 2^53. */
function unsafeUnits(words: Int32Array, row: number): number {
  return (words[2 * row + 1] ?? 0) * 0x1_0000_0000 + ((words[2 * row] ?? 0) >>> 0)
}

const microsOfNanos: LoadValues<Int32Array> = (vector, rowCount) => {
  const words = longWords(vector, rowCount)
  const micros = new Int32Array(2 * rowCount)
  for (let row = 0; row < rowCount; row++) {
    const value = Math.floor(unsafeUnits(words, row) / 1_000)
    const high = Math.floor(value / 0x1_0000_0000)
    micros[2 * row] = value - high * 0x1_0000_0000
    micros[2 * row + 1] = high
  }
  return micros
}

/** The engine packs 40 bits of microseconds above 24 bits of 57,599 minus the offset in seconds. */
const offsetBias = 57_599

export function timeWithZoneEncoder(format: Format): ColumnEncoder {
  return valueEncoder(valuesAs(Uint32Array, 2), 28, (words, row, to, at) => {
    const low = words[2 * row] ?? 0
    const micros = (words[2 * row + 1] ?? 0) * 256 + (low >>> 24)
    const offsetSeconds = offsetBias - (low & 0xff_ffff)
    if (format === 0) return putOffset(to, putTime(to, at, micros), offsetSeconds)
    // PostgreSQL sends seconds west of Greenwich.
    const high = Math.floor(micros / 0x1_0000_0000)
    to.setInt32(at, high)
    to.setInt32(at + 4, micros - high * 0x1_0000_0000)
    to.setInt32(at + 8, -offsetSeconds)
    return at + 12
  })
}

function putOffset(to: DataView, at: number, offsetSeconds: number): number {
  const size = Math.abs(offsetSeconds)
  to.setUint8(at, offsetSeconds < 0 ? 45 : 43)
  const hours = putPadded(to, at + 1, Math.floor(size / 3_600), 2)
  if (size % 3_600 === 0) return hours
  to.setUint8(hours, 58)
  const minutes = putPadded(to, hours + 1, Math.floor(size / 60) % 60, 2)
  if (size % 60 === 0) return minutes
  to.setUint8(minutes, 58)
  return putPadded(to, minutes + 1, size % 60, 2)
}
