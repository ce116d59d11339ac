import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { DuckdbEngine } from '../sql/engine/duckdb-engine.ts'
import type { PostgresServer } from '../sql/pgwire/server.ts'
import type { ReadinessWatch } from '../sql/web/readiness.ts'
import type { NodeAdmission } from './node-admission.ts'

type Die = (why: unknown) => void

/** The process ends, and whoever supervises it starts another. At once: an exit in good order would wait for the engine's threads. */
export const killSelf: Die = why => {
  process.stderr.write(`${why instanceof Error ? (why.stack ?? why.message) : String(why)}\n`, () =>
    process.kill(process.pid, 'SIGKILL'),
  )
}

interface EndingNode {
  readonly clock: Clock
  readonly log: Log
  readonly admission: NodeAdmission
  readonly server: PostgresServer
  readonly readiness: ReadinessWatch
  readonly die: Die
}

/** For clients to be told; the memory goes on growing meanwhile. */
const farewellMs = 300

/** What has run away is in the engine, out of reach of any cancel: the clients of this node are better off with its peers. */
export async function endForMemory({
  clock,
  log,
  admission,
  server,
  readiness,
  die,
}: EndingNode): Promise<void> {
  const running = admission.engine.queries().filter(({ state }) => state === 'running')
  log.error('the node ends: its memory is exhausted', {
    megabytes: admission.processMegabytes(),
    queries: running.map(({ user, applicationName, clientAddress, group, startedAt }) => {
      return { user, applicationName, clientAddress, group, sinceMs: Math.round(clock.now() - startedAt) }
    }),
  })
  readiness.drain()
  await Promise.race([server.drain(0), new Promise<void>(resolve => void clock.after(farewellMs, resolve))])
  die(new EverportError('out_of_memory', 'the memory of this node is exhausted'))
}

/** An engine that is lost never comes back. */
export async function ping(engine: DuckdbEngine, die: Die): Promise<void> {
  try {
    await engine.ping()
  } catch (error) {
    if (!engine.lost) throw error
    die(error)
  }
}
