import { type EngineConnection, openConnection } from './engine-connection.ts'
import type { Instance } from './instance.ts'

/**
 * Connections that nobody uses, ready for the next statement of any session. A connection keeps nothing of its last user: settings are
 * locked, nothing can be created, and what was prepared is closed. Opening one costs three times a short query, which
 * matters when all clients of a lost node come at once.
 */
export interface ConnectionPool {
  take(): Promise<EngineConnection>
  /** It must carry no statement and no stream; its last transaction may still be ending. */
  give(connection: EngineConnection): void
  /** Opens connections ahead, as many as are kept. */
  warm(): Promise<void>
  /** Resolves when no call of what is kept is under way any more. */
  close(): Promise<void>
}

/** Kept for the next users; more are closed when they come back. */
const idleMax = 32

export function connectionPool(instance: Instance): ConnectionPool {
  const idle: EngineConnection[] = []
  let closed = false
  const give = (connection: EngineConnection): void => {
    if (!closed && idle.length < idleMax) idle.push(connection)
    else void connection.settled().then(() => connection.close())
  }
  return {
    take: async () => idle.pop() ?? openConnection(instance),
    give,
    async warm() {
      while (!closed && idle.length < idleMax) give(await openConnection(instance))
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
