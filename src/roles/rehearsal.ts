import { randomBytes } from 'node:crypto'
import { pause } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { createVerifier, defaultSaltBytes } from '../sql/auth/scram-verifier.ts'
import { connectPostgres } from '../sql/client/postgres-connection.ts'
import type { Engine } from '../sql/engine/engine.ts'
import { startPostgresServer } from '../sql/pgwire/server.ts'
import type { RoleContext } from './context.ts'

/** Until the code that serves a login and a query has been compiled for the first time. */
const logins = 60
/** Until it has been compiled for speed: half the processor's time for each login, a minute later. */
const laterLogins = 500
const laterIntervalMs = 100
const timeoutMs = 5_000

/**
 * Plays logins and short queries before an audience of nobody. A node that has served nobody yet takes four times as long for each of
 * its first clients, and after the loss of a neighbour those come all at once. The stage is a server of its own with a user of its own,
 * on a port that nobody knows: neither metrics nor logs nor rights of the real one are touched.
 */
export async function rehearse(
  context: RoleContext,
  engine: Engine,
  address: string,
  isOver: () => boolean,
): Promise<void> {
  const { network, clock, random } = context
  const user = randomBytes(18).toString('hex')
  const password = randomBytes(18).toString('hex')
  const verifier = createVerifier(password, randomBytes(defaultSaltBytes), 1)
  const stage = await startPostgresServer({
    network,
    at: { address, port: 0 },
    clock,
    random,
    engine,
    log: silentLog,
    authenticate: name => (name === user ? verifier : undefined),
    nodeNumber: 0,
    database: 'rehearsal',
  })
  const play = async (): Promise<void> => {
    const client = await connectPostgres({
      network,
      clock,
      random,
      endpoint: stage.at,
      user,
      password,
      database: 'rehearsal',
      applicationName: 'rehearsal',
      timeoutMs,
    })
    // No constant, so that the engine is asked each time.
    await client.query('SELECT sum(i) FROM range(3) t(i)')
    client.close()
  }
  try {
    // One after the other, and then now and then: whoever is served already must not feel it.
    for (let i = 0; i < logins && !isOver(); i++) await play()
    for (let i = 0; i < laterLogins; i++) {
      await pause(clock, laterIntervalMs)
      if (isOver()) return
      await play()
    }
  } finally {
    await stage.close()
  }
}
