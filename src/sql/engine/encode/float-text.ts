/** PostgreSQL prints the shortest text that reads back as the same number, with an exponent below 1e-4 and from 1e15 (float8) or 1e6 (float4). */
export function doubleText(value: number): string {
  const magnitude = value < 0 ? -value : value
  // Here both languages write the same digits without an exponent.
  if (magnitude >= 1e-4 && magnitude < 1e15) return String(value)
  return special(value) ?? withExponentRule(value, String(Math.abs(value)), 15)
}

export function floatText(value: number): string {
  const found = special(value)
  if (found !== undefined) return found
  const magnitude = Math.abs(value)
  // A decimal of six digits is told apart from its neighbours, fewer digits are enough only below the smallest normal number.
  for (let precision = magnitude < 1.2e-38 ? 1 : 6; precision < 9; precision++) {
    const text = magnitude.toPrecision(precision)
    if (Math.fround(Number(text)) === magnitude) return withExponentRule(value, String(Number(text)), 6)
  }
  return withExponentRule(value, String(Number(magnitude.toPrecision(9))), 6)
}

function special(value: number): string | undefined {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (Number.isFinite(value)) return undefined
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

/** `shortest` is JavaScript's text of the magnitude, which has the same digits and its own rule for the exponent. */
function withExponentRule(value: number, shortest: string, exponentFrom: number): string {
  const sign = value < 0 ? '-' : ''
  const magnitude = Math.abs(value)
  const plain = magnitude >= 1e-4 && magnitude < 10 ** exponentFrom
  const exponentAt = shortest.indexOf('e')
  if (plain && exponentAt < 0) return sign + shortest
  // The same but for the sign, which both write, and two digits, which JavaScript does not.
  if (exponentAt > 0) {
    const digitsAt = exponentAt + 2
    return sign + shortest.slice(0, digitsAt) + shortest.slice(digitsAt).padStart(2, '0')
  }
  const [digits, exponent] = digitsOf(shortest)
  if (exponent >= -4 && exponent < exponentFrom) return sign + shortest
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  const size = Math.abs(exponent)
  return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`
}

/** Significant digits of a text without exponent, and the exponent of the first one. */
function digitsOf(shortest: string): [digits: string, exponent: number] {
  const [whole = '', fraction = ''] = shortest.split('.')
  const all = whole + fraction
  const leading = all.length - all.replace(/^0+/, '').length
  const digits = all.slice(leading).replace(/0+$/, '')
  return [digits, whole.length - 1 - leading]
}
