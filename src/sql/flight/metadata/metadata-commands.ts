import { EverportError } from '../../../base/errors.ts'
import type { EngineSession } from '../../engine/engine.ts'
import type { PackedMessage } from '../any-message.ts'
import type { FlightContext } from '../flight-context.ts'
import type { ResultSource } from '../result-source.ts'
import { getCatalogs } from './get-catalogs.ts'
import { getDbSchemas } from './get-db-schemas.ts'
import { getForeignKeys, getPrimaryKeys } from './get-keys.ts'
import { getSqlInfo } from './get-sql-info.ts'
import { getTableTypes } from './get-table-types.ts'
import { getTables } from './get-tables.ts'
import { getXdbcTypeInfo } from './get-xdbc-type-info.ts'

/** Answers one metadata command, from what the session itself may see. */
export type MetadataCommand = (
  value: Buffer,
  context: FlightContext,
  session: EngineSession,
) => Promise<ResultSource> | ResultSource

const commands: ReadonlyMap<string, MetadataCommand> = new Map<string, MetadataCommand>([
  ['CommandGetCatalogs', getCatalogs],
  ['CommandGetDbSchemas', getDbSchemas],
  ['CommandGetTables', getTables],
  ['CommandGetTableTypes', getTableTypes],
  ['CommandGetPrimaryKeys', getPrimaryKeys],
  ['CommandGetExportedKeys', getForeignKeys],
  ['CommandGetImportedKeys', getForeignKeys],
  ['CommandGetCrossReference', getForeignKeys],
  ['CommandGetSqlInfo', getSqlInfo],
  ['CommandGetXdbcTypeInfo', getXdbcTypeInfo],
])

export const isMetadataCommand = (name: string): boolean => commands.has(name)

export async function metadataSource(
  context: FlightContext,
  session: EngineSession,
  { name, value }: PackedMessage,
): Promise<ResultSource> {
  const command = commands.get(name)
  if (command === undefined) throw new EverportError('feature_not_supported', `${name} is not supported`)
  return await command(value, context, session)
}
