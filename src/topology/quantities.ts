const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const sizeUnits: Readonly<Record<string, number>> = { MB: 1, GB: 1_024 }

export const durationPattern = /^([0-9]{1,9})(ms|s|m|h)$/
export const sizePattern = /^([0-9]{1,9})(MB|GB)$/

/** `250ms`, `5s`, `2m`, `1h` as milliseconds; undefined when it is none of these. */
export function durationMs(text: string): number | undefined {
  return quantity(durationPattern, durationUnits, text)
}

/** `512MB`, `2GB` as megabytes; undefined when it is none of these. */
export function sizeMegabytes(text: string): number | undefined {
  return quantity(sizePattern, sizeUnits, text)
}

function quantity(
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  text: string,
): number | undefined {
  const [, amount, unit] = pattern.exec(text) ?? []
  const factor = units[unit ?? '']
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}
