import type { Vector } from 'apache-arrow'
import { EverportError } from '../../base/errors.ts'

/** Numbers of Type in apache-arrow, which are those of Schema.fbs where it has them. */
export const arrowTypes = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedBinary: 15,
  fixedList: 16,
  map: 17,
  largeBinary: 19,
  largeUtf8: 20,
} as const

/** One value as the text that PostgreSQL reads, or null. */
export function valueText(vector: Vector, row: number): string | null {
  const value = vector.get(row) as string | number | bigint | boolean | object | null | undefined
  if (value === null || value === undefined) return null
  const dictionary = (vector.type as { dictionary?: { typeId: number } }).dictionary
  switch (dictionary?.typeId ?? vector.type.typeId) {
    case arrowTypes.null:
      return null
    case arrowTypes.int:
    case arrowTypes.float:
    case arrowTypes.utf8:
    case arrowTypes.largeUtf8:
    case arrowTypes.bool:
      return typeof value === 'object' ? null : String(value)
    case arrowTypes.binary:
    case arrowTypes.largeBinary:
    case arrowTypes.fixedBinary:
      return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`
    case arrowTypes.decimal:
      return decimalText(value as Uint32Array, (vector.type as { scale?: number }).scale ?? 0)
    case arrowTypes.date:
      return dateText(Number(value))
    case arrowTypes.time:
      return timeText(toMicros(BigInt(value as number | bigint), unitOf(vector)))
    case arrowTypes.timestamp:
      return timestampText(vector, row)
    case arrowTypes.list:
    case arrowTypes.fixedList:
      return listText(value as Vector)
    default:
      throw new EverportError(
        'feature_not_supported',
        `parameters of type ${String(vector.type)} are not supported`,
        {
          hint: 'bind the value as text and cast it in the statement',
        },
      )
  }
}

const perUnit = [1_000_000n, 1_000n, 1n] as const

/** Seconds, milliseconds, microseconds, nanoseconds: 0 … 3. */
const unitOf = (vector: Vector): number => (vector.type as { unit?: number }).unit ?? 0

function toMicros(value: bigint, unit: number): bigint {
  const factor = perUnit[unit]
  return factor === undefined ? value / 1_000n : value * factor
}

/** 128 or 256 bits, least significant word first. */
export function decimalText(words: Uint32Array, scale: number): string {
  let value = 0n
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i] ?? 0)
  value = BigInt.asIntN(words.length * 32, value)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
  return value < 0n ? `-${text}` : text
}

/** Milliseconds since 1970. */
function dateText(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) throw new EverportError('out_of_range', 'a date is out of range')
  return eraText(date.toISOString().split('T')[0] ?? '')
}

/** ISO 8601 has a year 0, which is the year 1 before Christ, and writes the year 44 before Christ as -000043. */
function eraText(iso: string): string {
  const [, sign, digits = '', rest = ''] = /^([+-]?)(\d+)(.*)$/.exec(iso) ?? []
  const year = sign === '-' ? -Number(digits) : Number(digits)
  return year > 0
    ? `${String(year).padStart(4, '0')}${rest}`
    : `${String(1 - year).padStart(4, '0')}${rest} BC`
}

const microsPerDay = 86_400_000_000n

function timeText(micros: bigint): string {
  const seconds = micros / 1_000_000n
  const two = (value: bigint): string => String(value).padStart(2, '0')
  const fraction = String(micros % 1_000_000n).padStart(6, '0')
  return `${two(seconds / 3_600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${fraction}`
}

/** From the stored number: apache-arrow gives milliseconds, and would lose what is below. */
function timestampText(vector: Vector, row: number): string {
  const data = vector.data[0]
  const stored = (data?.values as BigInt64Array | undefined)?.[row]
  const micros = toMicros(stored ?? 0n, unitOf(vector))
  const time = ((micros % microsPerDay) + microsPerDay) % microsPerDay
  const date = dateText(Number((micros - time) / 1_000n))
  const zone = (vector.type as { timezone?: string | null }).timezone
  const [day = '', era] = date.split(' ')
  return `${day} ${timeText(time)}${zone === null || zone === undefined || zone === '' ? '' : '+00'}${era === undefined ? '' : ` ${era}`}`
}

/** An array of one dimension, every element quoted. */
function listText(items: Vector): string {
  const texts = Array.from({ length: items.length }, (_, i) => {
    const text = valueText(items, i)
    return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  })
  return `{${texts.join(',')}}`
}
