import type { LogicalType, Result } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { EverportError } from '../../base/errors.ts'

const { Type } = duckdb
type Type = ReturnType<typeof duckdb.get_type_id>

/** What the columns of a result are, as far as reading it depends on it. */
export type ResultShape = readonly {
  readonly name: string
  readonly typeId: Type
  /** The whole type, where its number alone does not say how values lie in memory. */
  readonly type: string | undefined
}[]

export function resultShape(names: readonly string[], types: readonly LogicalType[]): ResultShape {
  return types.map((type, i) => ({
    name: names[i] ?? '',
    typeId: duckdb.get_type_id(type),
    type: wholeType(type),
  }))
}

/**
 * The engine binds a statement that reads files again for every run. When a file has other columns by then, the result has them too, and is not to be read as
 * what was bound before: by the wrong types, values would be taken from places where there are none.
 */
export function checkShape(result: Result, shape: ResultShape): void {
  if (!hasShape(result, shape)) throw changedResultError()
}

/** PostgreSQL's word for it. */
export function changedResultError(): EverportError {
  return new EverportError('feature_not_supported', 'cached plan must not change result type')
}

function hasShape(result: Result, shape: ResultShape): boolean {
  return (
    duckdb.column_count(result) === shape.length &&
    shape.every(
      ({ name, typeId, type }, i) =>
        duckdb.column_type(result, i) === typeId &&
        duckdb.column_name(result, i) === name &&
        (type === undefined || wholeType(duckdb.column_logical_type(result, i)) === type),
    )
  )
}

/** Undefined for a type that its number says all about. */
function wholeType(type: LogicalType): string | undefined {
  const id = duckdb.get_type_id(type)
  switch (id) {
    case Type.DECIMAL:
      return `${duckdb.decimal_width(type)},${duckdb.decimal_scale(type)}`
    case Type.VARCHAR:
      return duckdb.logical_type_get_alias(type) ?? ''
    case Type.ENUM:
      return JSON.stringify(
        listed(duckdb.enum_dictionary_size(type), i => duckdb.enum_dictionary_value(type, i)),
      )
    case Type.LIST:
      return nested(duckdb.list_type_child_type(type))
    case Type.ARRAY:
      return `${duckdb.array_type_array_size(type)} ${nested(duckdb.array_type_child_type(type))}`
    case Type.MAP:
      return `${nested(duckdb.map_type_key_type(type))} ${nested(duckdb.map_type_value_type(type))}`
    case Type.STRUCT:
      return JSON.stringify(
        listed(duckdb.struct_type_child_count(type), i => [
          duckdb.struct_type_child_name(type, i),
          nested(duckdb.struct_type_child_type(type, i)),
        ]),
      )
    case Type.UNION:
      return JSON.stringify(
        listed(duckdb.union_type_member_count(type), i => [
          duckdb.union_type_member_name(type, i),
          nested(duckdb.union_type_member_type(type, i)),
        ]),
      )
    default:
      return undefined
  }
}

function nested(type: LogicalType): string {
  return `(${duckdb.get_type_id(type)} ${wholeType(type) ?? ''})`
}

function listed<T>(count: number, one: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => one(i))
}
