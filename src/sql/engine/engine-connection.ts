import type { Connection, PreparedStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Instance } from './instance.ts'

/** What the views mean on a connection. */
export type Reading = 'files' | 'copies'

/** A connection of the engine. It carries one stream at a time: a second statement would end the stream without a word. */
export interface EngineConnection {
  readonly raw: Connection
  readonly instance: Instance
  readonly reads: Reading
  /** An execution has it. */
  busy: boolean
  /** Statements prepared on it that are still open. */
  statements: number
  begin(): Promise<unknown>
  /** Rejects when anything in the transaction has failed: the only sign that a stream ended early. */
  check(): Promise<unknown>
  /**
   * Destroys a statement that was prepared on it when no call of it runs, such as the end of the last transaction: a plan that goes reads what a call that begins
   * replaces.
   */
  destroy(statement: PreparedStatement): void
  /** The statement of a text that stays prepared for whoever has the connection, as long as others do not push it out. */
  kept(text: string): PreparedStatement | undefined
  keep(text: string, statement: PreparedStatement): PreparedStatement
  keeps(text: string): boolean
  /** Ends the transaction without making the caller wait; whoever uses the connection next does. */
  finish(how: 'commit' | 'rollback'): void
  /** The last transaction is over, and nothing is left to be tidied up. */
  readonly isSettled: boolean
  /** Resolves when it is. To be awaited before the first call by whoever takes the connection. */
  settled(): Promise<void>
  close(): void
}

const keptMax = 8

export async function openConnection(
  instance: Instance,
  reads: Reading = 'files',
): Promise<EngineConnection> {
  const raw = await (reads === 'copies' ? instance.copies.connect() : instance.connect())
  /** The one used last comes last. */
  const keptStatements = new Map<string, PreparedStatement>()
  let transaction: Transaction | undefined
  let finishing: Promise<unknown> | undefined
  const doomed: PreparedStatement[] = []
  const sweep = (): void => {
    for (const statement of doomed.splice(0)) duckdb.destroy_prepare_sync(statement)
  }
  const connection: EngineConnection = {
    raw,
    instance,
    reads,
    busy: false,
    statements: 0,
    async begin() {
      transaction ??= await prepareTransaction(raw)
      return duckdb.execute_prepared(transaction.begin)
    },
    check: async () => transaction && duckdb.execute_prepared(transaction.check),
    destroy(statement) {
      doomed.push(statement)
      if (!connection.busy) void connection.settled()
    },
    kept(text) {
      const found = keptStatements.get(text)
      if (found === undefined || keptStatements.size === 1) return found
      keptStatements.delete(text)
      keptStatements.set(text, found)
      return found
    },
    keep(text, statement) {
      const [oldest] = keptStatements
      if (oldest !== undefined && keptStatements.size >= keptMax) {
        keptStatements.delete(oldest[0])
        connection.destroy(oldest[1])
      }
      keptStatements.set(text, statement)
      return statement
    },
    keeps: text => keptStatements.has(text),
    finish(how) {
      // An aborted transaction cannot be committed, and one that never began cannot be rolled back: both are over.
      if (transaction === undefined) return
      const mine = duckdb
        .execute_prepared(transaction[how])
        .catch(() => undefined)
        .then(() => {
          sweep()
          if (finishing === mine) finishing = undefined
        })
      finishing = mine
    },
    get isSettled() {
      return finishing === undefined && doomed.length === 0
    },
    async settled() {
      await finishing
      sweep()
    },
    close() {
      sweep()
      for (const statement of [...Object.values(transaction ?? {}), ...keptStatements.values()])
        duckdb.destroy_prepare_sync(statement)
      duckdb.disconnect_sync(raw)
    },
  }
  return connection
}

type Transaction = Readonly<Record<'begin' | 'check' | 'commit' | 'rollback', PreparedStatement>>

/** At the first stream of a connection: small statements need none. */
async function prepareTransaction(raw: Connection): Promise<Transaction> {
  return {
    begin: await duckdb.prepare(raw, 'BEGIN TRANSACTION READ ONLY'),
    check: await duckdb.prepare(raw, 'SELECT 1'),
    commit: await duckdb.prepare(raw, 'COMMIT'),
    rollback: await duckdb.prepare(raw, 'ROLLBACK'),
  }
}
