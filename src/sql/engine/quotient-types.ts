import type { LogicalType, PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Translated } from '../dialect/translate.ts'
import { type ColumnType, quotientColumnType } from './column-type.ts'
import { duckdbError, isFatal } from './duckdb-error.ts'

const { Type } = duckdb

/**
 * The columns that are doubles here and numeric in PostgreSQL, by their index. The engine is asked only for a statement that has both an average or quotient and a double
 * among its outputs. Where it cannot say, a double stays one.
 */
export async function quotientTypes(
  prepare: (text: string) => Promise<RawStatement>,
  logical: readonly LogicalType[],
  outputs: Translated['numericOutputs'],
): Promise<ReadonlyMap<number, ColumnType>> {
  const found = new Map<number, ColumnType>()
  const isDouble = logical.map(type => duckdb.get_type_id(type) === Type.DOUBLE)
  if (outputs === undefined || !isDouble.includes(true)) return found
  const { text, scales } = outputs()
  const raw = await prepare(text).catch((error: unknown) => {
    if (isFatal(error) || duckdbError(error, text).code === 'query_cancelled') throw error
    return undefined
  })
  if (raw === undefined) return found
  for (const [i, double] of isDouble.entries()) {
    const type = duckdb.prepared_statement_column_logical_type(raw, i)
    if (double && isExact(type)) found.set(i, quotientColumnType(scales.get(i) ?? scaleOf(type)))
  }
  duckdb.destroy_prepare_sync(raw)
  return found
}

/** Known only of what `floor` and its like have cut: elsewhere the scale is that of a sum in place of a quotient. */
function scaleOf(type: LogicalType): number | undefined {
  return duckdb.get_type_id(type) === Type.DECIMAL && duckdb.decimal_scale(type) === 0 ? 0 : undefined
}

function isExact(type: LogicalType): boolean {
  const id = duckdb.get_type_id(type)
  return id === Type.DECIMAL || id === Type.HUGEINT
}
