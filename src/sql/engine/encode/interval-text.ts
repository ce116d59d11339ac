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
