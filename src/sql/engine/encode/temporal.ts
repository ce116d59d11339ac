import type { Format } from '../engine.ts'
import { microsPerDay, postgresEpochDays, putDate, putTime } from './calendar.ts'
import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { putPadded } from './digits.ts'
import { writeInt64, writeSafeInt64 } from './integers.ts'
import { closeValue, type Output, putAscii, putInt32 } from './output.ts'

/** Both ends of the engine's range mean infinity: INT32_MAX and its negative for dates, INT64_MAX and its negative for timestamps. */
const dateInfinity = 0x7fff_ffff

export function dateEncoder(format: Format): ColumnEncoder {
  return format === 0
    ? fixedEncoder(Int32Array, 1, 28, (values, row, output) => writeDateText(values[row] ?? 0, output))
    : fixedEncoder(Int32Array, 1, 8, (values, row, output) => {
        const days = values[row] ?? 0
        putInt32(output.bytes, output.at, 4)
        putInt32(output.bytes, output.at + 4, binaryDate(days))
        output.at += 8
      })
}

function binaryDate(days: number): number {
  if (days === dateInfinity) return 0x7fff_ffff
  return days === -dateInfinity ? -0x8000_0000 : days - postgresEpochDays
}

function writeDateText(days: number, output: Output): void {
  const start = output.at
  output.at += 4
  if (days === dateInfinity) putAscii(output, 'infinity')
  else if (days === -dateInfinity) putAscii(output, '-infinity')
  else if (putDate(output, days)) putAscii(output, ' BC')
  closeValue(output, start)
}

/** How many of a type's units make a microsecond, or how many microseconds a unit. */
export type TimestampUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond'

/** Without time zone, or with: then in UTC, which is the time zone of every session. */
export function timestampEncoder(unit: TimestampUnit, zoned: boolean, format: Format): ColumnEncoder {
  const write = format === 0 ? (zoned ? writeZonedText : writePlainText) : writeTimestampBinary
  return fixedEncoder(Uint32Array, 2, 48, (words, row, output) => {
    const low = words[2 * row] ?? 0
    const high = words[2 * row + 1] ?? 0
    if (high === 0x7fff_ffff && low === 0xffff_ffff) return writeInfinity(false, format, output)
    if (high === 0x8000_0000 && low === 1) return writeInfinity(true, format, output)
    const signed = high | 0
    // Nanoseconds and far years do not fit a double exactly: days and the time of day are then found with BigInt.
    if (unit !== 'microsecond' || signed >= 0x20_0000 || signed < -0x20_0000)
      return wide(signed, low, unit, output, write)
    const micros = signed * 0x1_0000_0000 + low
    const days = Math.floor(micros / microsPerDay)
    write(days, micros - days * microsPerDay, output)
  })
}

const unitsPerDay: Record<TimestampUnit, bigint> = {
  second: 86_400n,
  millisecond: 86_400_000n,
  microsecond: 86_400_000_000n,
  nanosecond: 86_400_000_000_000n,
}

function wide(high: number, low: number, unit: TimestampUnit, output: Output, write: WriteTimestamp): void {
  const value = (BigInt(high) << 32n) + BigInt(low)
  const perDay = unitsPerDay[unit]
  const rest = ((value % perDay) + perDay) % perDay
  const micros = unit === 'nanosecond' ? rest / 1_000n : rest * (unitsPerDay.microsecond / perDay)
  write(Number((value - rest) / perDay), Number(micros), output)
}

type WriteTimestamp = (days: number, micros: number, output: Output) => void

const writePlainText: WriteTimestamp = (days, micros, output) => writeTimestampText(days, micros, '', output)
const writeZonedText: WriteTimestamp = (days, micros, output) =>
  writeTimestampText(days, micros, '+00', output)

function writeTimestampText(days: number, micros: number, zone: string, output: Output): void {
  const start = output.at
  output.at += 4
  const beforeChrist = putDate(output, days)
  output.bytes[output.at++] = 32
  putTime(output, micros)
  putAscii(output, zone)
  if (beforeChrist) putAscii(output, ' BC')
  closeValue(output, start)
}

const writeTimestampBinary: WriteTimestamp = (days, micros, output) => {
  const since2000 = days - postgresEpochDays
  if (Math.abs(since2000) < 100_000) return writeSafeInt64(since2000 * microsPerDay + micros, output)
  const value = BigInt(since2000) * unitsPerDay.microsecond + BigInt(micros)
  writeInt64(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn), output)
}

function writeInfinity(negative: boolean, format: Format, output: Output): void {
  if (format === 1) {
    return negative ? writeInt64(0, 0x8000_0000, output) : writeInt64(0xffff_ffff, 0x7fff_ffff, output)
  }
  const start = output.at
  output.at += 4
  putAscii(output, negative ? '-infinity' : 'infinity')
  closeValue(output, start)
}

/** TIME in microseconds, or TIME_NS, which loses what is below a microsecond. */
export function timeEncoder(unitsPerMicro: 1 | 1_000, format: Format): ColumnEncoder {
  return fixedEncoder(Uint32Array, 2, 24, (words, row, output) => {
    const units = (words[2 * row + 1] ?? 0) * 0x1_0000_0000 + (words[2 * row] ?? 0)
    const micros = unitsPerMicro === 1 ? units : Math.floor(units / unitsPerMicro)
    if (format === 1) return writeSafeInt64(micros, output)
    const start = output.at
    output.at += 4
    putTime(output, micros)
    closeValue(output, start)
  })
}

/** The engine packs 40 bits of microseconds above 24 bits of 57,599 minus the offset in seconds. */
const offsetBias = 57_599

export function timeWithZoneEncoder(format: Format): ColumnEncoder {
  return fixedEncoder(Uint32Array, 2, 32, (words, row, output) => {
    const low = words[2 * row] ?? 0
    const micros = (words[2 * row + 1] ?? 0) * 256 + (low >>> 24)
    const offsetSeconds = offsetBias - (low & 0xff_ffff)
    const start = output.at
    output.at += 4
    if (format === 1) {
      // PostgreSQL sends seconds west of Greenwich.
      const high = Math.floor(micros / 0x1_0000_0000)
      putInt32(output.bytes, output.at, high)
      putInt32(output.bytes, output.at + 4, micros - high * 0x1_0000_0000)
      putInt32(output.bytes, output.at + 8, -offsetSeconds)
      output.at += 12
    } else {
      putTime(output, micros)
      putOffset(output, offsetSeconds)
    }
    closeValue(output, start)
  })
}

function putOffset(output: Output, offsetSeconds: number): void {
  const size = Math.abs(offsetSeconds)
  output.bytes[output.at++] = offsetSeconds < 0 ? 45 : 43
  putPadded(output, Math.floor(size / 3_600), 2)
  if (size % 3_600 === 0) return
  output.bytes[output.at++] = 58
  putPadded(output, Math.floor(size / 60) % 60, 2)
  if (size % 60 === 0) return
  output.bytes[output.at++] = 58
  putPadded(output, size % 60, 2)
}
