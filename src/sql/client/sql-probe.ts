import type { Cancel, Clock } from '../../base/clock.ts'
import { ConnectError, type Network } from '../../base/network.ts'
import type { FoundPassword, ReadPasswordFile } from '../../base/password-file.ts'
import type { Random } from '../../base/random.ts'
import type { ProbeFailure, ProbeResult } from '../../health/probe.ts'
import type { SqlSpec } from '../../health/send-probe.ts'
import { formatLatency } from '../../health/tcp-probe.ts'
import { connectPostgres, type PostgresConnection } from './postgres-connection.ts'
import { ConnectionLost, NotPostgres, PostgresError } from './postgres-error.ts'

/** A probe's answer is one small row; a server that sends more than this is cut off. */
const messageBytesMax = 65_536
const rowsMax = 1_000

interface SqlProbePorts {
  readonly network: Network
  readonly clock: Clock
  /** For the login's nonce: cryptographic. */
  readonly random: Random
  readonly readPasswordFile: ReadPasswordFile
}

/**
 * Logs in over the PostgreSQL wire, runs a query, and says goodbye, so that the server does not log a client that vanished. The
 * password is in memory while the probe lasts; the server gets a proof of it (SCRAM), and evidence names its file.
 */
export function sqlProbe(ports: SqlProbePorts, spec: SqlSpec, done: (result: ProbeResult) => void): Cancel {
  const { clock } = ports
  const startedAt = clock.now()
  let connection: PostgresConnection | undefined
  let isOver = false
  let isReading = false
  const end = (): void => {
    isOver = true
    cancelTimer()
    connection?.close()
  }
  const tell = (outcome: Outcome | undefined): void => {
    if (isOver || outcome === undefined) return
    end()
    const { says, ...rest } = outcome
    const latencyMs = clock.now() - startedAt
    const evidence = isOwn(outcome) ? says : `${says} in ${formatLatency(latencyMs)}`
    done({ ...rest, latencyMs, evidence })
  }
  const cancelTimer = clock.after(spec.timeoutMs, () =>
    tell(
      isReading
        ? noPassword(spec, 'it could not be read in time')
        : { passed: false, reason: 'timeout', stage: 'answer', says: `no answer to the query` },
    ),
  )
  const run = async (): Promise<Outcome | undefined> => {
    try {
      isReading = true
      const found = await passwordOf(spec, ports.readPasswordFile)
      isReading = false
      if ('problem' in found) return noPassword(spec, found.problem)
      if (isOver) return undefined
      connection = await connectPostgres({
        ...ports,
        endpoint: spec.to,
        user: spec.user,
        password: found.password,
        database: spec.database,
        applicationName: 'everport health check',
        timeoutMs: Math.max(1, startedAt + spec.timeoutMs - clock.now()),
        messageBytesMax,
      })
      if (isOver) connection.destroy()
      return judge(await firstCell(connection, spec.query), spec.expect)
    } catch (error) {
      return failure(error)
    }
  }
  void run().then(tell)
  return end
}

type Outcome = { readonly says: string } & (
  | { readonly passed: true }
  | { readonly passed: false; readonly reason: ProbeFailure; readonly stage?: 'connect' | 'answer' }
)

async function passwordOf({ passwordFile }: SqlSpec, read: ReadPasswordFile): Promise<FoundPassword> {
  return passwordFile === undefined ? { password: '' } : read(passwordFile)
}

function noPassword({ passwordFile = '' }: SqlSpec, problem: string): Outcome {
  return { passed: false, reason: 'password', says: `password file ${passwordFile}: ${problem}` }
}

/** Whether it failed here, before anybody was asked. */
function isOwn(outcome: Outcome): boolean {
  return !outcome.passed && outcome.reason === 'password'
}

/** Undefined for NULL and for no row. The rest is read to its end unless there is too much of it. */
async function firstCell(connection: PostgresConnection, query: string): Promise<string | undefined> {
  let first: string | null | undefined
  let rows = 0
  for await (const event of connection.stream(query)) {
    if (event.kind !== 'rows') continue
    if (rows === 0) first = event.rows[0]?.[0]
    rows += event.rows.length
    if (rows > rowsMax) break
  }
  return first ?? undefined
}

function judge(found: string | undefined, expected: string | undefined): Outcome {
  if (expected === undefined || found === expected) return { passed: true, says: 'query answered' }
  const what = found === undefined ? 'nothing' : JSON.stringify(found.slice(0, 40))
  const says = `the query gave ${what} instead of ${JSON.stringify(expected)}`
  return { passed: false, reason: 'content', says }
}

function failure(error: unknown): Outcome {
  if (error instanceof ConnectError) {
    const reason = error.reason === 'cancelled' ? 'timeout' : error.reason
    return { passed: false, reason, stage: 'connect', says: `connect ${reason}` }
  }
  if (error instanceof ConnectionLost) {
    const reason = error.reason === 'timeout' ? 'timeout' : 'reset'
    return { passed: false, reason, stage: 'answer', says: error.message }
  }
  if (error instanceof NotPostgres) return { passed: false, reason: 'protocol', says: error.message }
  if (error instanceof PostgresError)
    return {
      passed: false,
      reason: 'sql',
      says: `${error.sqlState} ${JSON.stringify(error.message.slice(0, 80))}`,
    }
  throw error
}
