import type { Escapes } from '../presentation/escapes.ts'
import { type Fields, fieldsLeft, problem } from '../presentation/fields.ts'
import { splitFields } from '../presentation/split-fields.ts'
import { readerOf } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { codecOfType, type RecordData } from './table.ts'
import { genericMark, takeGenericData } from './unknown.ts'

/** A Route 53 value to a record's data. Throws WireError, in Route 53's words where a value is wrong. */
export function parseRecordValue(type: string, text: string): RecordData {
  return parseRecordFields({ type, texts: splitFields(text), at: 0, escapes: 'octal', origin: undefined })
}

/** A record's data as a Route 53 value, or as a zone file writes it (`decimal`). */
export function formatRecordValue(data: RecordData, escapes: Escapes = 'octal'): string {
  return codecOfType(data.type).format(data, escapes)
}

export function parseRecordFields(fields: Fields): RecordData {
  const codec = codecOfType(fields.type)
  if (fields.texts[0] === genericMark) return fromGenericData(codec, takeGenericData(fields))
  const { fieldCount } = codec
  const found = fields.texts.length
  if (fieldCount !== undefined && found !== fieldCount && (fieldCount !== 1 || found > 1))
    throw wrongCount(fields, fieldCount)
  const data = codec.parse(fields)
  if (fieldsLeft(fields) > 0) throw wrongCount(fields, fields.at)
  return data
}

function wrongCount(fields: Fields, expected: number): WireError {
  const value = fields.texts.join(' ')
  return expected === 1
    ? problem(fields, 'NotSingleField', 'Value contains spaces', value)
    : problem(fields, 'WrongFieldCount', `Value must consist of ${expected} fields`, value)
}

function fromGenericData(codec: ReturnType<typeof codecOfType>, bytes: Uint8Array): RecordData {
  const reader = readerOf(bytes)
  const data = codec.decode(reader)
  if (reader.at !== reader.end) throw new WireError(`${codec.type}: ${reader.end - reader.at} bytes too many`)
  return data
}
