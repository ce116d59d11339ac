import { EverportError } from '../../base/errors.ts'
import { dateText, isBeforeChrist, microsPerDay, postgresEpochDays, timeText } from './encode/calendar.ts'
import type { PostgresType } from './postgres-types.ts'

/** A parameter's value as it came, with the type that it was declared to have. */
export interface WireValue {
  readonly format: 0 | 1
  readonly bytes: Uint8Array
  readonly type: PostgresType
}

/** Reads a value of either format into text that the engine reads. */
export type ReadText = (value: WireValue) => string

export function utf8({ bytes }: WireValue): string {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length).toString('utf8')
}

function invalid(value: WireValue): EverportError {
  if (value.format === 0) {
    return new EverportError(
      'invalid_text',
      `invalid input syntax for type ${value.type.name}: "${utf8(value).slice(0, 200)}"`,
    )
  }
  return new EverportError('protocol_violation', `invalid binary value of type ${value.type.name}`, {
    detail: `It has ${value.bytes.length} bytes.`,
  })
}

/** The bytes of a binary value, of which there must be exactly `size`. */
export function view(value: WireValue, size: number): DataView {
  if (value.bytes.length !== size) throw invalid(value)
  return new DataView(value.bytes.buffer, value.bytes.byteOffset, size)
}

export function boolean(value: WireValue): boolean {
  if (value.format === 1) return view(value, 1).getUint8(0) !== 0
  const word = utf8(value).trim().toLowerCase()
  if (word !== '') {
    if (word === '1' || word === 'on' || 'true'.startsWith(word) || 'yes'.startsWith(word)) return true
    if (word === '0' || word === 'of' || word === 'off' || 'false'.startsWith(word) || 'no'.startsWith(word))
      return false
  }
  throw invalid(value)
}

export function integer(value: WireValue, size: 2 | 4 | 8, unsigned = false): bigint {
  if (value.format === 1) {
    const data = view(value, size)
    if (size === 8) return data.getBigInt64(0)
    return BigInt(size === 2 ? data.getInt16(0) : data.getInt32(0))
  }
  const text = utf8(value).trim()
  if (!/^[+-]?\d{1,40}$/.test(text)) throw invalid(value)
  const number = BigInt(text.replace('+', ''))
  if (BigInt.asIntN(size * 8, number) === number) return number
  if (unsigned && BigInt.asUintN(size * 8, number) === number) return number
  throw new EverportError('out_of_range', `value "${text}" is out of range for type ${value.type.name}`)
}

export function float(value: WireValue, size: 4 | 8): number {
  if (value.format === 1) {
    const data = view(value, size)
    return size === 4 ? data.getFloat32(0) : data.getFloat64(0)
  }
  const text = utf8(value).trim()
  const special = /^([+-]?)(?:inf|infinity)$/i.exec(text)
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw invalid(value)
  return Number(text)
}

export function bytea(value: WireValue): Uint8Array {
  if (value.format === 1) return value.bytes
  const text = utf8(value)
  if (text.startsWith('\\x')) {
    const hex = text.slice(2).replace(/\s+/g, '')
    if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) throw invalid(value)
    return Buffer.from(hex, 'hex')
  }
  // The old escape format: `\\` and three octal digits.
  const plain = text.replace(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  )
  return Buffer.from(plain, 'latin1')
}

export const jsonb: ReadText = value => {
  if (value.format === 0) return utf8(value)
  // A version byte comes first; there is only version 1.
  if (value.bytes[0] !== 1) throw invalid(value)
  return utf8({ ...value, bytes: value.bytes.subarray(1) })
}

export const uuid: ReadText = value => {
  if (value.format === 0) return utf8(value)
  const hex = Buffer.from(view(value, 16).buffer, value.bytes.byteOffset, 16).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** numeric_recv: groups of four decimal digits, the weight of the first, sign and scale. */
export const numeric: ReadText = value => {
  if (value.format === 0) return utf8(value)
  if (value.bytes.length < 8) throw invalid(value)
  const count = (value.bytes[0] ?? 0) * 256 + (value.bytes[1] ?? 0)
  const data = view(value, 8 + 2 * count)
  const sign = data.getUint16(4)
  if (sign !== 0 && sign !== 0x4000) throw invalid(value)
  const weight = data.getInt16(2)
  const scale = data.getUint16(6)
  const group = (i: number): string =>
    String(i >= 0 && i < count ? data.getUint16(8 + 2 * i) : 0).padStart(4, '0')
  let whole = ''
  for (let i = 0; i <= weight; i++) whole += group(i)
  let fraction = ''
  for (let i = weight + 1; fraction.length < scale; i++) fraction += group(i)
  const text = `${whole.replace(/^0+(?=\d)/, '') || '0'}${scale === 0 ? '' : `.${fraction.slice(0, scale)}`}`
  return sign === 0 ? text : `-${text}`
}

export const date: ReadText = value => {
  if (value.format === 0) return utf8(value)
  const days = view(value, 4).getInt32(0)
  if (days === 0x7fff_ffff) return 'infinity'
  if (days === -0x8000_0000) return '-infinity'
  return datePart(days + postgresEpochDays)
}

export const time: ReadText = value => {
  if (value.format === 0) return utf8(value)
  return timeText(Number(view(value, 8).getBigInt64(0)))
}

export const timeWithZone: ReadText = value => {
  if (value.format === 0) return utf8(value)
  const data = view(value, 12)
  const east = -data.getInt32(8)
  const size = Math.abs(east)
  const part = (seconds: number): string => String(seconds).padStart(2, '0')
  const offset = `${east < 0 ? '-' : '+'}${part(Math.floor(size / 3_600))}:${part(Math.floor(size / 60) % 60)}`
  return timeText(Number(data.getBigInt64(0))) + offset
}

export const timestamp: ReadText = value => {
  if (value.format === 0) return utf8(value)
  const micros = view(value, 8).getBigInt64(0)
  if (micros === 0x7fff_ffff_ffff_ffffn) return 'infinity'
  if (micros === -0x8000_0000_0000_0000n) return '-infinity'
  const perDay = BigInt(microsPerDay)
  const rest = ((micros % perDay) + perDay) % perDay
  return `${datePart(Number((micros - rest) / perDay) + postgresEpochDays)} ${timeText(Number(rest))}`
}

export const timestampWithZone: ReadText = value => {
  const text = timestamp(value)
  return value.format === 1 && !text.endsWith('infinity') ? `${text}+00` : text
}

export const interval: ReadText = value => {
  // The engine reads no sign but minus; PostgreSQL writes a plus behind a negative part.
  if (value.format === 0) return utf8(value).replaceAll(/\+(?=\d)/g, '')
  const data = view(value, 16)
  return `${data.getInt32(12)} months ${data.getInt32(8)} days ${data.getBigInt64(0)} microseconds`
}

/** The engine reads the era behind the date, in parentheses. */
function datePart(days: number): string {
  return isBeforeChrist(days) ? `${dateText(days)} (BC)` : dateText(days)
}
