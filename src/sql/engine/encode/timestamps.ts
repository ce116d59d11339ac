import type { Format } from '../engine.ts'
import { microsPerDay, postgresEpochDays, putDate, putTime } from './calendar.ts'
import { valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, type LoadValues, longWords } from './column-encoder.ts'
import { putAscii } from './output.ts'
import { putEra } from './temporal.ts'
import { wordEncoder } from './wire-words.ts'

/** How many of a type's units make a microsecond, or how many microseconds a unit. */
export type TimestampUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond'

/** Without time zone, or with: then in UTC, which is the time zone of every session. */
export function timestampEncoder(unit: TimestampUnit, zoned: boolean, format: Format): ColumnEncoder {
  if (unit === 'microsecond' && format === 1) return wordEncoder(wireMicros(), 8)
  const write = format === 0 ? (zoned ? putZonedText : putPlainText) : putBinary
  const microsOf = toMicros[unit]
  return valueEncoder(longWords, 44, (words, row, to, at) => {
    const low = (words[2 * row] ?? 0) >>> 0
    const high = words[2 * row + 1] ?? 0
    if (isInfinity(high, low)) return putInfinity(to, at, high < 0, format)
    const micros = microsOf(high, low)
    if (Math.abs(micros) > safeMicrosMax) return putWide(high, low, unit, to, at, write)
    const days = Math.floor(micros / microsPerDay)
    return write(to, at, days, micros - days * microsPerDay)
  })
}

const postgresEpochMicros = postgresEpochDays * microsPerDay
const epochHigh = Math.floor(postgresEpochMicros / 0x1_0000_0000)
const epochLow = postgresEpochMicros - epochHigh * 0x1_0000_0000

/** PostgreSQL's microseconds, counted from 2000: two words less two words. */
function wireMicros(): LoadValues<Int32Array> {
  let micros = new Int32Array(0)
  return (vector, rowCount) => {
    const words = longWords(vector, rowCount)
    if (micros.length < words.length) micros = new Int32Array(words.length)
    for (let i = 0; i < words.length; i += 2) {
      const low = (words[i] ?? 0) >>> 0
      const high = words[i + 1] ?? 0
      if (isInfinity(high, low)) {
        // The largest is the same in both, and the least of PostgreSQL is one less.
        micros[i] = high < 0 ? 0 : -1
        micros[i + 1] = high
      } else {
        micros[i] = low - epochLow
        micros[i + 1] = high - epochHigh - (low < epochLow ? 1 : 0)
      }
    }
    return micros
  }
}

/** INT64_MAX and its negative. */
function isInfinity(high: number, low: number): boolean {
  return (high === 0x7fff_ffff && low === 0xffff_ffff) || (high === -0x8000_0000 && low === 1)
}

/** To here what becomes of a value is exact in a double; beyond it are years that only BigInt does justice. */
const safeMicrosMax = 9e15

/** Microseconds of a value in two words, rounded down. Anything beyond `safeMicrosMax` for what is beyond it. */
const toMicros: Record<TimestampUnit, (high: number, low: number) => number> = {
  second: (high, low) => (high * 0x1_0000_0000 + low) * 1_000_000,
  millisecond: (high, low) => (high * 0x1_0000_0000 + low) * 1_000,
  microsecond: (high, low) => high * 0x1_0000_0000 + low,
  nanosecond(high, low) {
    const upper = Math.floor(high / 1_000)
    return upper * 0x1_0000_0000 + Math.floor(((high - upper * 1_000) * 0x1_0000_0000 + low) / 1_000)
  },
}

const unitsPerDay: Record<TimestampUnit, bigint> = {
  second: 86_400n,
  millisecond: 86_400_000n,
  microsecond: 86_400_000_000n,
  nanosecond: 86_400_000_000_000n,
}

function putWide(
  high: number,
  low: number,
  unit: TimestampUnit,
  to: DataView,
  at: number,
  write: PutTimestamp,
): number {
  const value = (BigInt(high) << 32n) + BigInt(low)
  const perDay = unitsPerDay[unit]
  const rest = ((value % perDay) + perDay) % perDay
  const micros = unit === 'nanosecond' ? rest / 1_000n : rest * (unitsPerDay.microsecond / perDay)
  return write(to, at, Number((value - rest) / perDay), Number(micros))
}

type PutTimestamp = (to: DataView, at: number, days: number, micros: number) => number

const putPlainText: PutTimestamp = (to, at, days, micros) => putEra(to, putMoment(to, at, days, micros), days)

const putZonedText: PutTimestamp = (to, at, days, micros) =>
  putEra(to, putAscii(to, putMoment(to, at, days, micros), '+00'), days)

function putMoment(to: DataView, at: number, days: number, micros: number): number {
  const end = putDate(to, at, days)
  to.setUint8(end, 32)
  return putTime(to, end + 1, micros)
}

const putBinary: PutTimestamp = (to, at, days, micros) => {
  const since2000 = days - postgresEpochDays
  if (Math.abs(since2000) < 100_000) {
    const value = since2000 * microsPerDay + micros
    const high = Math.floor(value / 0x1_0000_0000)
    to.setInt32(at, high)
    to.setInt32(at + 4, value - high * 0x1_0000_0000)
  } else {
    to.setBigInt64(at, BigInt(since2000) * unitsPerDay.microsecond + BigInt(micros))
  }
  return at + 8
}

function putInfinity(to: DataView, at: number, negative: boolean, format: Format): number {
  if (format === 0) return putAscii(to, at, negative ? '-infinity' : 'infinity')
  to.setInt32(at, negative ? -0x8000_0000 : 0x7fff_ffff)
  to.setInt32(at + 4, negative ? 0 : -1)
  return at + 8
}
