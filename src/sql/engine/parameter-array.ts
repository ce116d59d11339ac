import { EverportError } from '../../base/errors.ts'
import * as text from './parameter-text.ts'
import { type PostgresType, postgresTypes } from './postgres-types.ts'

const elementsMax = 1_000_000

/** An array of one dimension, in either format, as the engine writes lists. */
export function readArray(value: text.WireValue): string {
  const elements = value.format === 0 ? fromText(value) : fromBinary(value)
  return `[${elements.map(one => (one === null ? 'NULL' : quoted(one))).join(', ')}]`
}

function quoted(element: string): string {
  return `"${element.replace(/["\\]/g, '\\$&')}"`
}

function invalid(literal: string): EverportError {
  return new EverportError('invalid_text', `malformed array literal: "${literal.slice(0, 200)}"`, {
    hint: 'arrays of one dimension look like {1,NULL,"a b"}',
  })
}

function fromText(value: text.WireValue): (string | null)[] {
  const literal = text.utf8(value).trim()
  if (!literal.startsWith('{') || !literal.endsWith('}')) throw invalid(literal)
  const body = literal.slice(1, -1)
  if (body.trim() === '') return []
  const element = /\s*(?:"((?:[^"\\]|\\[^])*)"|([^",{}\\]*))\s*(,|$)/y
  const elements: (string | null)[] = []
  let more = true
  while (more) {
    const match = element.exec(body)
    if (match === null || elements.length >= elementsMax) throw invalid(literal)
    const [, inQuotes, bare = '', end] = match
    if (inQuotes === undefined && bare.trim() === '') throw invalid(literal)
    if (inQuotes === undefined) elements.push(/^null$/i.test(bare.trim()) ? null : bare.trim())
    else elements.push(inQuotes.replace(/\\([^])/g, '$1'))
    more = end === ','
  }
  return elements
}

const readers: ReadonlyMap<number, text.ReadText> = new Map<number, text.ReadText>([
  [postgresTypes.bool.oid, value => String(text.boolean(value))],
  [postgresTypes.int2.oid, value => String(text.integer(value, 2))],
  [postgresTypes.int4.oid, value => String(text.integer(value, 4))],
  [postgresTypes.int8.oid, value => String(text.integer(value, 8))],
  [postgresTypes.float4.oid, value => String(text.float(value, 4))],
  [postgresTypes.float8.oid, value => String(text.float(value, 8))],
  [postgresTypes.numeric.oid, text.numeric],
  [postgresTypes.date.oid, text.date],
  [postgresTypes.timestamp.oid, text.timestamp],
  [postgresTypes.timestamptz.oid, text.timestampWithZone],
  [postgresTypes.uuid.oid, text.uuid],
  [postgresTypes.text.oid, text.utf8],
  [postgresTypes.varchar.oid, text.utf8],
  [postgresTypes.bpchar.oid, text.utf8],
])

const typeOf = (oid: number): PostgresType | undefined =>
  Object.values(postgresTypes).find(type => type.oid === oid)

/** array_recv: dimensions, null flag, element type, then size and lower bound, then the elements behind their lengths. */
function fromBinary(value: text.WireValue): (string | null)[] {
  const { bytes } = value
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const wrong = (): EverportError => new EverportError('protocol_violation', 'invalid binary array')
  if (bytes.length < 12) throw wrong()
  const dimensions = data.getInt32(0)
  if (dimensions === 0) return []
  const elementOid = data.getInt32(8)
  const type = typeOf(elementOid)
  const read = readers.get(elementOid)
  if (dimensions !== 1 || read === undefined || type === undefined) {
    throw new EverportError(
      'feature_not_supported',
      'only arrays of one dimension and of simple types are supported',
    )
  }
  if (bytes.length < 20) throw wrong()
  const count = data.getInt32(12)
  const elements: (string | null)[] = []
  let at = 20
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length || elements.length >= elementsMax) throw wrong()
    const length = data.getInt32(at)
    at += 4
    if (length < 0) {
      elements.push(null)
      continue
    }
    if (at + length > bytes.length) throw wrong()
    elements.push(read({ format: 1, bytes: bytes.subarray(at, at + length), type }))
    at += length
  }
  return elements
}
