import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { ElementRange } from './arrays.ts'
import { variableEncoder } from './collected-values.ts'
import { type ColumnEncoder, isNullAt, loadValidity, type Validity } from './column-encoder.ts'
import { createOutput, reserve } from './output.ts'

/** Nested values (structs, maps, unions, lists of lists) reach the client as JSON; PostgreSQL has no type that fits them all. */
export interface JsonWriter {
  load(vector: Vector, rowCount: number): void
  /** The value as JSON, `null` included. */
  json(row: number): string
}

/** `raw`: the text is JSON already, as that of a number is. */
export function scalarJson(encoder: ColumnEncoder, how: 'raw' | 'boolean' | 'string'): JsonWriter {
  const scratch = createOutput(256, encoder.bytesMax)
  return {
    load: (vector, rowCount) => encoder.load(vector, rowCount),
    json(row) {
      if (encoder.isNull(row)) return 'null'
      scratch.at = 0
      reserve(scratch, 0)
      encoder.write(row, scratch)
      const text = Buffer.from(scratch.bytes.buffer as ArrayBuffer, 4, scratch.at - 4).toString('utf8')
      if (how === 'boolean') return text === 't' ? 'true' : 'false'
      // JSON has no NaN and no infinities.
      return how === 'raw' && !/^-?[NI]/.test(text) ? text : JSON.stringify(text)
    },
  }
}

export function listJson(range: ElementRange, element: JsonWriter): JsonWriter {
  return {
    load: (vector, rowCount) => loadElements(range, element, vector, rowCount),
    json(row) {
      if (range.isNull(row)) return 'null'
      return `[${elements(range, row, i => element.json(i)).join(',')}]`
    },
  }
}

export function structJson(
  fields: readonly { readonly name: string; readonly value: JsonWriter }[],
): JsonWriter {
  let validity: Validity
  const names = fields.map(field => `${JSON.stringify(field.name)}:`)
  return {
    load(vector, rowCount) {
      validity = loadValidity(vector, rowCount)
      fields.forEach((field, i) => field.value.load(duckdb.struct_vector_get_child(vector, i), rowCount))
    },
    json(row) {
      if (isNullAt(validity, row)) return 'null'
      return `{${fields.map((field, i) => (names[i] ?? '') + field.value.json(row)).join(',')}}`
    },
  }
}

/** A map is a list of structs of key and value; a key that is no string becomes one. */
export function mapJson(range: ElementRange, key: JsonWriter, value: JsonWriter): JsonWriter {
  const entry: JsonWriter = {
    load(vector, rowCount) {
      key.load(duckdb.struct_vector_get_child(vector, 0), rowCount)
      value.load(duckdb.struct_vector_get_child(vector, 1), rowCount)
    },
    json(row) {
      const name = key.json(row)
      return `${name.startsWith('"') ? name : JSON.stringify(name)}:${value.json(row)}`
    },
  }
  return {
    load: (vector, rowCount) => loadElements(range, entry, vector, rowCount),
    json(row) {
      if (range.isNull(row)) return 'null'
      return `{${elements(range, row, i => entry.json(i)).join(',')}}`
    },
  }
}

/** A union is a struct of a tag (one byte) and its members; the value of the tag's member is the value. */
export function unionJson(members: readonly JsonWriter[]): JsonWriter {
  let tags = new Uint8Array(0)
  let validity: Validity
  return {
    load(vector, rowCount) {
      const tag = duckdb.struct_vector_get_child(vector, 0)
      tags = duckdb.vector_get_data(tag, rowCount) as Uint8Array<ArrayBuffer>
      validity = loadValidity(tag, rowCount)
      members.forEach((member, i) => member.load(duckdb.struct_vector_get_child(vector, i + 1), rowCount))
    },
    json: row => (isNullAt(validity, row) ? 'null' : (members[tags[row] ?? 0]?.json(row) ?? 'null')),
  }
}

function loadElements(range: ElementRange, element: JsonWriter, vector: Vector, rowCount: number): void {
  range.load(vector, rowCount)
  const child = range.child(vector, rowCount)
  element.load(child.vector, child.count)
}

function elements<T>(range: ElementRange, row: number, of: (index: number) => T): T[] {
  const first = range.start(row)
  return Array.from({ length: range.count(row) }, (_, i) => of(first + i))
}

/** A nested value as PostgreSQL's json: text in both formats. */
export function jsonEncoder(writer: JsonWriter): ColumnEncoder {
  let validity: Validity
  return variableEncoder({
    load(vector, rowCount) {
      validity = loadValidity(vector, rowCount)
      writer.load(vector, rowCount)
    },
    isNull: row => isNullAt(validity, row),
    write(row, output) {
      const bytes = Buffer.from(writer.json(row), 'utf8')
      reserve(output, 4 + bytes.length)
      output.view.setInt32(output.at, bytes.length)
      output.bytes.set(bytes, output.at + 4)
      output.at += 4 + bytes.length
    },
  })
}
