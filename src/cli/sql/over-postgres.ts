import type { PostgresConnection } from '../../sql/client/postgres-connection.ts'
import { PostgresError } from '../../sql/client/postgres-error.ts'
import type { SqlConnection } from './sql-connection.ts'

/** A connection of the PostgreSQL protocol. */
export function overPostgres(connection: PostgresConnection): SqlConnection {
  return {
    at: connection.at,
    get lost() {
      return connection.lost
    },
    get transactionStatus() {
      return connection.transactionStatus
    },
    stream: statement => connection.stream(statement),
    nodeName: () => askNodeName(connection),
    cancel: () => connection.cancel(),
    close: () => connection.close(),
    destroy: () => connection.destroy(),
  }
}

/** Everport's nodes tell their name; another server refuses, which says nothing about the session. */
async function askNodeName(connection: PostgresConnection): Promise<string | undefined> {
  try {
    const { rows } = await connection.query('show everport.node')
    const name = rows[0]?.[0] ?? ''
    return name === '' ? undefined : name
  } catch (error) {
    if (error instanceof PostgresError && error.severity === 'ERROR') return undefined
    throw error
  }
}
