import { type EngineConnection, openConnection, type Reading } from './engine-connection.ts'
import type { Instance } from './instance.ts'

/**
 * Connections that nobody uses, ready for the next statement of any session. A connection keeps nothing of its last user: settings are
 * locked, nothing can be created, and what was prepared is closed, or is known by its text alone. Opening one costs three times a short query, which
 * matters when all clients of a lost node come at once.
 */
export interface ConnectionPool {
  /** One that keeps a statement of the text, if there is one. */
  take(text?: string): EngineConnection | Promise<EngineConnection>
  /** It must carry no statement and no stream; its last transaction may still be ending. */
  give(connection: EngineConnection): void
  /** Opens connections ahead, as many as are kept. */
  warm(): Promise<void>
  /** Resolves when no call of what is kept is under way any more. */
  close(): Promise<void>
}

/** Kept for the next users; more are closed when they come back. Those that keep statements, of a dozen KB each, are worth more than what it takes to open one. */
const idleMax: Readonly<Record<Reading, number>> = { files: 32, copies: 256 }

export function connectionPool(instance: Instance, reads: Reading = 'files'): ConnectionPool {
  const idle: EngineConnection[] = []
  let closed = false
  const give = (connection: EngineConnection): void => {
    if (!closed && idle.length < idleMax[reads]) idle.push(connection)
    else void connection.settled().then(() => connection.close())
  }
  return {
    take(text) {
      const at = text === undefined ? -1 : idle.findLastIndex(connection => connection.keeps(text))
      return (at < 0 ? idle.pop() : idle.splice(at, 1)[0]) ?? openConnection(instance, reads)
    },
    give,
    async warm() {
      while (!closed && idle.length < idleMax[reads]) give(await openConnection(instance, reads))
    },
    async close() {
      closed = true
      await Promise.all(
        idle.splice(0).map(async connection => {
          await connection.settled()
          connection.close()
        }),
      )
    },
  }
}
