import type { FuncCall, Node } from 'libpg-query'
import { identifier, literal } from '../../base/sql-text.ts'
import { printType, typeNameOf } from './print-type.ts'
import { lastName, wordSet } from './translation.ts'

/** Functions whose one column is called so, whatever the alias of the table is. */
export const givesValue = wordSet(
  `json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text`,
)

/** The fields of a JSON object as rows of key and value; undefined for all other functions. `argument` is printed. */
export function jsonFields(call: FuncCall, argument: string): string | undefined {
  const match = /^jsonb?_each(_text)?$/.exec(lastName(call.funcname))
  if (match === null) return undefined
  const value = match[1] === undefined ? 'json_extract' : 'json_extract_string'
  return `SELECT unnest(json_keys(${argument})) AS "key", unnest(${value}(${argument}, '$.*')) AS "value"`
}

/** One JSON object, or each of an array, as columns that the statement defines; undefined for all other functions. */
export function jsonRecords(call: FuncCall, argument: string, columns: readonly Node[]): string | undefined {
  const match = /^jsonb?_to_record(set)?$/.exec(lastName(call.funcname))
  if (match === null) return undefined
  const shape = columns.flatMap(node => {
    if (!('ColumnDef' in node)) return []
    const { colname = '', typeName } = node.ColumnDef
    const type = typeName === undefined ? 'VARCHAR' : printType(typeName)
    return [[colname, typeName !== undefined && typeNameOf(typeName) === 'jsonb' ? 'JSON' : type]]
  })
  const record = JSON.stringify(Object.fromEntries(shape))
  const names = shape.map(([name = '']) => `ev_record.${identifier(name)}`).join(', ')
  const records =
    match[1] === undefined
      ? `from_json(${argument}, ${literal(record)})`
      : `unnest(from_json(${argument}, ${literal(`[${record}]`)}))`
  return `SELECT ${names} FROM (SELECT ${records} AS ev_record)`
}
