import type { Field, RecordBatch, Vector } from 'apache-arrow'
import type { ResultColumn, Row } from '../../sql/client/result.ts'
import { isBeforeChrist, microsPerDay, dateText as plainDateText } from '../../sql/engine/encode/calendar.ts'
import { doubleText, floatText } from '../../sql/engine/encode/float-text.ts'
import { intervalText } from '../../sql/engine/encode/interval-text.ts'
import { arrowTypes, decimalText } from '../../sql/flight/value-text.ts'

/** How a column of Arrow is written as PostgreSQL writes its type. */
interface ValueText {
  /** OID in pg_type of what the PostgreSQL port would send. */
  readonly typeOid: number
  /** How the text stands in JSON. */
  readonly json: 'raw' | 'boolean' | 'string'
  /** Never called for null. */
  text(vector: Vector, row: number): string
  /** The same inside of JSON, where that is not the text. */
  inJson?(vector: Vector, row: number): string
}

/** Everything that apache-arrow's types say of themselves and we ask for. */
interface ArrowType {
  readonly typeId: number
  readonly bitWidth?: number
  readonly isSigned?: boolean
  readonly precision?: number
  readonly scale?: number
  readonly unit?: number
  readonly timezone?: string | null
  readonly listSize?: number
  readonly children?: readonly Field[]
  readonly dictionary?: ArrowType
  readonly typeIdToChildIndex?: Readonly<Record<number, number>>
}

/** Of pg_type; `array` is that of texts, and stands for every array: they are shown alike. */
const oids = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  float4: 700,
  float8: 701,
  array: 1009,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  numeric: 1700,
  uuid: 2950,
} as const

export function arrowColumns(fields: readonly Field[]): ResultColumn[] {
  return fields.map(field => ({ name: field.name, typeOid: valueText(field).typeOid }))
}

/** Reads batches of one schema. */
export function arrowRows(fields: readonly Field[]): (batch: RecordBatch) => Row[] {
  const texts = fields.map(valueText)
  return batch => {
    const vectors = texts.map((_, i) => batch.getChildAt(i))
    return Array.from({ length: batch.numRows }, (_, row) =>
      texts.map(({ text }, i) => {
        const vector = vectors[i] ?? null
        return vector === null || isNull(vector, row) ? null : text(vector, row)
      }),
    )
  }
}

function valueText(field: Field): ValueText {
  const type = field.type as unknown as ArrowType
  const extension = field.metadata.get('ARROW:extension:name')
  if (extension === 'arrow.json') return plain(oids.json, 'raw', (vector, row) => String(vector.get(row)))
  if (extension === 'arrow.uuid') return plain(oids.uuid, 'string', uuidText)
  switch (type.dictionary?.typeId ?? type.typeId) {
    case arrowTypes.bool:
      return plain(oids.bool, 'boolean', (vector, row) => (vector.get(row) === true ? 't' : 'f'))
    case arrowTypes.int:
      return plain(integerOid(type), 'raw', (vector, row) => String(vector.get(row)))
    case arrowTypes.float:
      return type.precision === 2
        ? plain(oids.float8, 'raw', (vector, row) => doubleText(Number(vector.get(row))))
        : plain(oids.float4, 'raw', (vector, row) => floatText(Number(vector.get(row))))
    case arrowTypes.decimal:
      return plain(oids.numeric, 'raw', (vector, row) =>
        decimalText(vector.get(row) as Uint32Array, type.scale ?? 0),
      )
    case arrowTypes.binary:
    case arrowTypes.largeBinary:
    case arrowTypes.fixedBinary:
      return plain(
        oids.bytea,
        'string',
        (vector, row) => `\\x${Buffer.from(vector.get(row) as Uint8Array).toString('hex')}`,
      )
    case arrowTypes.date:
      return plain(oids.date, 'string', (vector, row) => dateText(Number(stored(vector, row))))
    case arrowTypes.time:
      return plain(oids.time, 'string', (vector, row) =>
        timeText(toMicros(BigInt(vector.get(row) as number | bigint), type.unit ?? 0)),
      )
    case arrowTypes.timestamp:
      return timestampType(type)
    case arrowTypes.interval:
      return plain(oids.interval, 'string', intervalOf)
    case arrowTypes.list:
    case arrowTypes.fixedList:
      return listType(type)
    case arrowTypes.struct:
      return structType(type)
    case arrowTypes.map:
      return mapType(type)
    case arrowTypes.union:
      return unionType(type)
    default:
      return plain(oids.text, 'string', (vector, row) => String(vector.get(row)))
  }
}

function plain(typeOid: number, json: ValueText['json'], text: ValueText['text']): ValueText {
  return { typeOid, json, text }
}

/** As the PostgreSQL port has them: the next type that holds every value. */
function integerOid({ bitWidth = 64, isSigned = true }: ArrowType): number {
  const bits = isSigned ? bitWidth : bitWidth + 1
  if (bits <= 16) return oids.int2
  if (bits <= 32) return oids.int4
  return bits <= 64 ? oids.int8 : oids.numeric
}

/** A union has no nulls of its own: its members have. */
function isNull(vector: Vector, row: number): boolean {
  if (vector.type.typeId !== arrowTypes.union) return !vector.isValid(row)
  const member = memberOf(vector, row)
  return member === null || isNull(member, row)
}

/** The number as it was sent: apache-arrow makes milliseconds of it, and loses what is finer or farther. */
function stored(vector: Vector, row: number): number | bigint {
  return (vector.data[0]?.values as ArrayLike<number | bigint> | undefined)?.[row] ?? 0
}

function uuidText(vector: Vector, row: number): string {
  const hex = Buffer.from(vector.get(row) as Uint8Array).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The engine's largest and its opposite. */
const infiniteDays = 2_147_483_647
const infiniteMicros = 2n ** 63n - 1n

function dateText(days: number): string {
  if (Math.abs(days) === infiniteDays) return days > 0 ? 'infinity' : '-infinity'
  return `${plainDateText(days)}${isBeforeChrist(days) ? ' BC' : ''}`
}

function timeText(micros: bigint): string {
  return intervalText(0, 0, micros)
}

const microsPerUnit = [1_000_000n, 1_000n, 1n] as const

/** Units are seconds, milliseconds, microseconds, nanoseconds: 0 … 3. */
function toMicros(value: bigint, unit: number): bigint {
  const factor = microsPerUnit[unit]
  return factor === undefined ? floorDivided(value, 1_000n) : value * factor
}

function floorDivided(value: bigint, by: bigint): bigint {
  const rest = value % by
  return (value - (rest < 0n ? rest + by : rest)) / by
}

function timestampType({ unit = 2, timezone }: ArrowType): ValueText {
  const zone = timezone === undefined || timezone === null || timezone === '' ? '' : '+00'
  return plain(zone === '' ? oids.timestamp : oids.timestamptz, 'string', (vector, row) => {
    const value = BigInt(stored(vector, row))
    if (value === infiniteMicros || value === -infiniteMicros) return value > 0n ? 'infinity' : '-infinity'
    const micros = toMicros(value, unit)
    const days = floorDivided(micros, BigInt(microsPerDay))
    const [date = '', era] = dateText(Number(days)).split(' ')
    const time = timeText(micros - days * BigInt(microsPerDay))
    return `${date} ${time}${zone}${era === undefined ? '' : ` ${era}`}`
  })
}

/** Months, days, and nanoseconds in two words. */
function intervalOf(vector: Vector, row: number): string {
  const [months = 0, days = 0, low = 0, high = 0] = vector.get(row) as Int32Array
  return intervalText(months, days, ((BigInt(high) << 32n) + BigInt(low >>> 0)) / 1_000n)
}

/** A list of scalars is an array; anything deeper is JSON, which has room for everything. */
function listType(type: ArrowType): ValueText {
  const [field] = type.children ?? []
  if (field === undefined) return plain(oids.text, 'string', () => '{}')
  const element = valueText(field)
  const each = <T>(vector: Vector, row: number, of: (items: Vector, index: number) => T): T[] => {
    const items = vector.getChildAt(0)
    if (items === null) return []
    const [from, to] = rangeOf(vector, row, type.listSize)
    return Array.from({ length: to - from }, (_, i) => of(items, from + i))
  }
  const json: ValueText['text'] = (vector, row) =>
    `[${each(vector, row, (items, i) => jsonText(element, items, i)).join(',')}]`
  if (nested.has((field.type as unknown as ArrowType).typeId)) return plain(oids.json, 'raw', json)
  const text: ValueText['text'] = (vector, row) =>
    `{${each(vector, row, (items, i) => arrayElement(element, items, i)).join(',')}}`
  return { ...plain(oids.array, 'string', text), inJson: json }
}

const nested: ReadonlySet<number> = new Set([
  arrowTypes.list,
  arrowTypes.fixedList,
  arrowTypes.struct,
  arrowTypes.map,
  arrowTypes.union,
])

function rangeOf(vector: Vector, row: number, size: number | undefined): [from: number, to: number] {
  if (size !== undefined) return [row * size, (row + 1) * size]
  const offsets = vector.data[0]?.valueOffsets
  return [offsets?.[row] ?? 0, offsets?.[row + 1] ?? 0]
}

function arrayElement(element: ValueText, items: Vector, index: number): string {
  if (isNull(items, index)) return 'NULL'
  const text = element.text(items, index)
  return /^$|^null$|[{},"\\\s]/i.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text
}

function structType({ children = [] }: ArrowType): ValueText {
  const members = children.map(field => ({ name: JSON.stringify(field.name), value: valueText(field) }))
  return plain(oids.json, 'raw', (vector, row) => {
    const texts = members.map(({ name, value }, i) => {
      const child = vector.getChildAt(i)
      return `${name}:${child === null ? 'null' : jsonText(value, child, row)}`
    })
    return `{${texts.join(',')}}`
  })
}

/** A list of pairs; a key that is no string becomes one. */
function mapType({ children = [] }: ArrowType): ValueText {
  const [key, value] = ((children[0]?.type as unknown as ArrowType | undefined)?.children ?? []).map(
    valueText,
  )
  return plain(oids.json, 'raw', (vector, row) => {
    const pairs = vector.getChildAt(0)
    const [keys, values] = [pairs?.getChildAt(0), pairs?.getChildAt(1)]
    if (key === undefined || value === undefined || !keys || !values) return '{}'
    const [from, to] = rangeOf(vector, row, undefined)
    const texts = Array.from({ length: to - from }, (_, i) => {
      const name = jsonText(key, keys, from + i)
      return `${name.startsWith('"') ? name : JSON.stringify(name)}:${jsonText(value, values, from + i)}`
    })
    return `{${texts.join(',')}}`
  })
}

function unionType({ children = [] }: ArrowType): ValueText {
  const members = children.map(valueText)
  return plain(oids.json, 'raw', (vector, row) => {
    const member = memberOf(vector, row)
    const value = members[memberIndex(vector, row)]
    return member === null || value === undefined ? 'null' : jsonText(value, member, row)
  })
}

function memberIndex(vector: Vector, row: number): number {
  const id = vector.data[0]?.typeIds[row] ?? 0
  return (vector.type as unknown as ArrowType).typeIdToChildIndex?.[id] ?? id
}

/** Sparse, as ours are: every member has a place for every row. */
function memberOf(vector: Vector, row: number): Vector | null {
  return vector.getChildAt(memberIndex(vector, row))
}

function jsonText({ json, text, inJson }: ValueText, vector: Vector, row: number): string {
  if (isNull(vector, row)) return 'null'
  if (inJson !== undefined) return inJson(vector, row)
  const found = text(vector, row)
  if (json === 'boolean') return found === 't' ? 'true' : 'false'
  // JSON has no NaN and no infinities.
  return json === 'raw' && !/^-?[NI]/.test(found) ? found : JSON.stringify(found)
}
