import { putTime } from './calendar.ts'
import { putUint32 } from './digits.ts'
import { putAscii } from './output.ts'

const microsPerHour = 3_600_000_000n

/**
 * PostgreSQL's style `postgres`: `1 year 2 mons -3 days +04:05:06.7`. A sign is shown where it differs from the field before. Gives where it
 * ends; needs room for 88 bytes. `micros` may be a number where that is exact.
 */
export function putInterval(
  to: DataView,
  at: number,
  months: number,
  days: number,
  micros: number | bigint,
): number {
  const years = Math.trunc(months / 12)
  const rest = months - 12 * years
  let end = putUnit(to, at, at, years, 'year', false)
  end = putUnit(to, at, end, rest, 'mon', years < 0)
  const isNegativeBefore = rest === 0 ? years < 0 : rest < 0
  end = putUnit(to, at, end, days, 'day', isNegativeBefore)
  const size = micros < 0 ? -micros : micros
  if (end > at && Number(size) === 0) return end
  if (end > at) to.setUint8(end++, 32)
  if (micros < 0) to.setUint8(end++, 45)
  else if (days === 0 ? isNegativeBefore : days < 0) to.setUint8(end++, 43)
  if (typeof size === 'number') return putTime(to, end, size)
  return putTime(to, end, Number(size % microsPerHour), Number(size / microsPerHour))
}

/** Behind what stands from `start` to `at`; nothing when it is zero. */
function putUnit(
  to: DataView,
  start: number,
  at: number,
  value: number,
  unit: string,
  isNegativeBefore: boolean,
): number {
  if (value === 0) return at
  let end = at
  if (end > start) to.setUint8(end++, 32)
  if (value < 0) to.setUint8(end++, 45)
  else if (isNegativeBefore) to.setUint8(end++, 43)
  end = putUint32(to, end, Math.abs(value))
  to.setUint8(end++, 32)
  end = putAscii(to, end, unit)
  if (value !== 1) to.setUint8(end++, 115)
  return end
}

export function intervalText(months: number, days: number, micros: bigint): string {
  const written = new DataView(new ArrayBuffer(96))
  const end = putInterval(written, 0, months, days, micros)
  return Buffer.from(written.buffer, 0, end).toString('latin1')
}
