import { Builder } from 'flatbuffers'
import type { ArrowField, ArrowTimeUnit, ArrowType } from './arrow-field.ts'
import { finishMessage, messageHeaders } from './message-header.ts'

/** Numbers of the union Type in Schema.fbs. */
const typeNumbers: Record<ArrowType['kind'], number> = {
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
  'fixed-binary': 15,
  'fixed-list': 16,
  map: 17,
}

const units: Record<ArrowTimeUnit, number> = { second: 0, millisecond: 1, microsecond: 2, nanosecond: 3 }

/** The message that a stream begins with: a flatbuffer Message whose header is the schema. */
export function schemaMessage(fields: readonly ArrowField[]): Uint8Array {
  const builder = new Builder(1_024)
  let dictionaries = 0
  const field = (each: ArrowField): number => {
    // Numbered as the fields stand in the schema, which is how `dictionaryFields` counts them too.
    const dictionaryId = each.dictionaryIndexBits === undefined ? undefined : dictionaries++
    const children = vectorOf(
      builder,
      each.children.map(child => field(child)),
    )
    const name = builder.createString(each.name)
    const type = typeTable(builder, each)
    const dictionary = dictionaryId === undefined ? 0 : dictionaryTable(builder, each, dictionaryId)
    const metadata = metadataVector(builder, each)
    builder.startObject(7)
    builder.addFieldOffset(0, name, 0)
    builder.addFieldInt8(1, each.nullable ? 1 : 0, 0)
    builder.addFieldInt8(2, typeNumbers[each.type.kind], 0)
    builder.addFieldOffset(3, type, 0)
    builder.addFieldOffset(4, dictionary, 0)
    builder.addFieldOffset(5, children, 0)
    builder.addFieldOffset(6, metadata, 0)
    return builder.endObject()
  }
  const all = vectorOf(
    builder,
    fields.map(each => field(each)),
  )
  builder.startObject(4)
  builder.addFieldOffset(1, all, 0)
  return finishMessage(builder, messageHeaders.schema, builder.endObject(), 0)
}

/** The fields that have a dictionary, in the order of their ids. */
export function dictionaryFields(fields: readonly ArrowField[]): ArrowField[] {
  return fields.flatMap(field => [
    ...(field.dictionaryIndexBits === undefined ? [] : [field]),
    ...dictionaryFields(field.children),
  ])
}

const continuation = 0xffff_ffff

/** A message without a body, as a file or a FlightInfo carries it: the continuation marker, its padded length, the message. */
export function encapsulated(message: Uint8Array): Uint8Array {
  const length = Math.ceil(message.length / 8) * 8
  const bytes = Buffer.alloc(8 + length)
  bytes.writeUInt32LE(continuation, 0)
  bytes.writeInt32LE(length, 4)
  bytes.set(message, 8)
  return bytes
}

function vectorOf(builder: Builder, offsets: readonly number[]): number {
  builder.startVector(4, offsets.length, 4)
  for (const offset of offsets.toReversed()) builder.addOffset(offset)
  return builder.endVector()
}

function dictionaryTable(builder: Builder, field: ArrowField, id: number): number {
  const index = intTable(builder, field.dictionaryIndexBits ?? 32, false)
  builder.startObject(4)
  builder.addFieldInt64(0, BigInt(id), 0n)
  builder.addFieldOffset(1, index, 0)
  return builder.endObject()
}

function metadataVector(builder: Builder, { extension, metadata }: ArrowField): number {
  const pairs: [string, string][] = Object.entries(metadata ?? {})
  if (extension !== undefined)
    pairs.push(['ARROW:extension:name', extension], ['ARROW:extension:metadata', ''])
  if (pairs.length === 0) return 0
  const offsets = pairs.map(([key, value]) => {
    const keyAt = builder.createString(key)
    const valueAt = builder.createString(value)
    builder.startObject(2)
    builder.addFieldOffset(0, keyAt, 0)
    builder.addFieldOffset(1, valueAt, 0)
    return builder.endObject()
  })
  return vectorOf(builder, offsets)
}

function intTable(builder: Builder, bits: number, signed: boolean): number {
  builder.startObject(2)
  builder.addFieldInt32(0, bits, 0)
  builder.addFieldInt8(1, signed ? 1 : 0, 0)
  return builder.endObject()
}

/** The table of the field's type, with the values that are not the format's own defaults. */
function typeTable(builder: Builder, { type, children }: ArrowField): number {
  switch (type.kind) {
    case 'int':
      return intTable(builder, type.bits, type.signed)
    case 'float':
      return table(builder, [[16, type.bits === 32 ? 1 : 2]])
    case 'decimal':
      return table(builder, [
        [32, type.precision],
        [32, type.scale],
        [32, type.bits, 128],
      ])
    case 'date':
      return table(builder, [[16, 0, 1]])
    case 'time':
      return table(builder, [
        [16, units[type.unit], 1],
        [32, 64, 32],
      ])
    case 'timestamp': {
      const zone = type.zone === undefined ? 0 : builder.createString(type.zone)
      builder.startObject(2)
      builder.addFieldInt16(0, units[type.unit], 0)
      builder.addFieldOffset(1, zone, 0)
      return builder.endObject()
    }
    case 'interval':
      return table(builder, [[16, monthDayNano]])
    case 'fixed-binary':
      return table(builder, [[32, type.width]])
    case 'fixed-list':
      return table(builder, [[32, type.size]])
    case 'union':
      return unionTable(builder, type.mode === 'dense' ? 1 : 0, children.length)
    case 'null':
    case 'bool':
    case 'utf8':
    case 'binary':
    case 'list':
    case 'struct':
    case 'map':
      return table(builder, [])
  }
}

const monthDayNano = 2

type Slot = readonly [bits: 16 | 32, value: number, otherwise?: number]

function table(builder: Builder, slots: readonly Slot[]): number {
  builder.startObject(slots.length)
  slots.forEach(([bits, value, otherwise = 0], slot) => {
    if (bits === 16) builder.addFieldInt16(slot, value, otherwise)
    else builder.addFieldInt32(slot, value, otherwise)
  })
  return builder.endObject()
}

function unionTable(builder: Builder, mode: number, members: number): number {
  builder.startVector(4, members, 4)
  for (let id = members - 1; id >= 0; id--) builder.addInt32(id)
  const ids = builder.endVector()
  builder.startObject(2)
  builder.addFieldInt16(0, mode, 0)
  builder.addFieldOffset(1, ids, 0)
  return builder.endObject()
}
