import type { Connection, PreparedStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Instance } from './instance.ts'

/** A connection of the engine. It carries one stream at a time: a second statement would end the stream without a word. */
export interface EngineConnection {
  readonly raw: Connection
  readonly instance: Instance
  /** An execution has it. */
  busy: boolean
  /** Statements prepared on it that are still open. */
  statements: number
  begin(): Promise<unknown>
  /** Rejects when anything in the transaction has failed: the only sign that a stream ended early. */
  check(): Promise<unknown>
  /** Ends the transaction without making the caller wait; whoever uses the connection next does. */
  finish(how: 'commit' | 'rollback'): void
  /** Resolves when the last transaction is over. */
  settled(): Promise<void>
  close(): void
}

export async function openConnection(instance: Instance): Promise<EngineConnection> {
  const raw = await instance.connect()
  const prepare = (sql: string): Promise<PreparedStatement> => duckdb.prepare(raw, sql)
  const begin = await prepare('BEGIN TRANSACTION READ ONLY')
  const check = await prepare('SELECT 1')
  const commit = await prepare('COMMIT')
  const rollback = await prepare('ROLLBACK')
  let finishing: Promise<unknown> = Promise.resolve()
  return {
    raw,
    instance,
    busy: false,
    statements: 0,
    begin: () => duckdb.execute_prepared(begin),
    check: () => duckdb.execute_prepared(check),
    finish(how) {
      // An aborted transaction cannot be committed, and one that never began cannot be rolled back: both are over.
      finishing = duckdb.execute_prepared(how === 'commit' ? commit : rollback).catch(() => undefined)
    },
    async settled() {
      await finishing
    },
    close() {
      for (const statement of [begin, check, commit, rollback]) duckdb.destroy_prepare_sync(statement)
      duckdb.disconnect_sync(raw)
    },
  }
}
