import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { closeValue, putAscii, putInt32 } from './output.ts'

/** Months, days, microseconds, each with its own sign: four words a value. */
export function intervalEncoder(format: Format): ColumnEncoder {
  return fixedEncoder(Int32Array, 4, 96, (words, row, output) => {
    const months = words[4 * row] ?? 0
    const days = words[4 * row + 1] ?? 0
    const low = words[4 * row + 2] ?? 0
    const high = words[4 * row + 3] ?? 0
    const start = output.at
    output.at += 4
    if (format === 1) {
      putInt32(output.bytes, output.at, high)
      putInt32(output.bytes, output.at + 4, low)
      putInt32(output.bytes, output.at + 8, days)
      putInt32(output.bytes, output.at + 12, months)
      output.at += 16
    } else {
      putAscii(output, intervalText(months, days, (BigInt(high) << 32n) + BigInt(low >>> 0)))
    }
    closeValue(output, start)
  })
}

/** PostgreSQL's style `postgres`: `1 year 2 mons -3 days +04:05:06.7`. A sign is shown where it differs from the field before. */
export function intervalText(months: number, days: number, micros: bigint): string {
  const parts: string[] = []
  let negativeBefore = false
  const add = (value: number, unit: string): void => {
    if (value === 0) return
    parts.push(`${negativeBefore && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`)
    negativeBefore = value < 0
  }
  add(Math.trunc(months / 12), 'year')
  add(months % 12, 'mon')
  add(days, 'day')
  if (parts.length === 0 || micros !== 0n) {
    const sign = micros < 0n ? '-' : negativeBefore ? '+' : ''
    parts.push(sign + timeOf(micros < 0n ? -micros : micros))
  }
  return parts.join(' ')
}

function timeOf(micros: bigint): string {
  const two = (value: bigint): string => String(value).padStart(2, '0')
  const seconds = micros / 1_000_000n
  const fraction = String(micros % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const text = `${two(seconds / 3_600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  return fraction === '' ? text : `${text}.${fraction}`
}
