import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { putSafeDigits } from './digits.ts'
import { closeValue, type Output, putAscii, putInt32 } from './output.ts'

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
  const hasExponent = shortest.includes('e')
  if (plain && !hasExponent) return sign + shortest
  const [digits, exponent] = digitsOf(shortest)
  if (exponent >= -4 && exponent < exponentFrom) return sign + shortest
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  const size = Math.abs(exponent)
  return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`
}

/** Significant digits and the exponent of the first one. */
function digitsOf(shortest: string): [digits: string, exponent: number] {
  const [mantissa = '', written = '0'] = shortest.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  const leading = all.length - all.replace(/^0+/, '').length
  const digits = all.slice(leading).replace(/0+$/, '')
  return [digits, whole.length - 1 - leading + Number(written)]
}

/** Numbers with at most two decimals, which money and measurements mostly are, need no search for the shortest text. */
function putCents(output: Output, cents: number, negative: boolean): void {
  if (negative) output.bytes[output.at++] = 45
  const whole = Math.floor(cents / 100)
  const rest = cents - whole * 100
  putSafeDigits(output, whole)
  if (rest === 0) return
  output.bytes[output.at++] = 46
  const tens = (rest / 10) | 0
  output.bytes[output.at++] = 48 + tens
  if (rest !== tens * 10) output.bytes[output.at++] = 48 + rest - tens * 10
}

function writeDoubleText(value: number, output: Output): void {
  const start = output.at
  output.at += 4
  const magnitude = Math.abs(value)
  const cents = Math.round(magnitude * 100)
  // Below 1e13 the cents have at most 15 digits, and 15 digits always read back; the division is correctly rounded.
  if (cents / 100 === magnitude && magnitude < 1e13 && cents > 0) putCents(output, cents, value < 0)
  else putAscii(output, doubleText(value))
  closeValue(output, start)
}

export function doubleEncoder(format: Format): ColumnEncoder {
  if (format === 0) {
    return fixedEncoder(Float64Array, 1, 32, (values, row, output) =>
      writeDoubleText(values[row] ?? 0, output),
    )
  }
  // The bits, most significant byte first: the engine's are the other way round.
  return fixedEncoder(Uint32Array, 2, 12, (words, row, output) => {
    putInt32(output.bytes, output.at, 8)
    putInt32(output.bytes, output.at + 4, words[2 * row + 1] ?? 0)
    putInt32(output.bytes, output.at + 8, words[2 * row] ?? 0)
    output.at += 12
  })
}

export function floatEncoder(format: Format): ColumnEncoder {
  if (format === 0) {
    return fixedEncoder(Float32Array, 1, 32, (values, row, output) => {
      const start = output.at
      output.at += 4
      putAscii(output, floatText(values[row] ?? 0))
      closeValue(output, start)
    })
  }
  return fixedEncoder(Uint32Array, 1, 8, (words, row, output) => {
    putInt32(output.bytes, output.at, 4)
    putInt32(output.bytes, output.at + 4, words[row] ?? 0)
    output.at += 8
  })
}
