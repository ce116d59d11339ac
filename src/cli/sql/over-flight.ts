import { EverportError } from '../../base/errors.ts'
import { ConnectError, type Endpoint } from '../../base/network.ts'
import {
  connectEverport,
  type EverportClient,
  type EverportClientOptions,
  FlightFailure,
} from '../../client/everport-client.ts'
import { ConnectionLost, PostgresError } from '../../sql/client/postgres-error.ts'
import type { QueryEvent } from '../../sql/client/result.ts'
import { classifyStatement } from '../../sql/statements/classify.ts'
import { arrowColumns, arrowRows } from './arrow-text.ts'
import type { SqlConnection } from './sql-connection.ts'

export interface FlightOptions extends Omit<EverportClientOptions, 'host' | 'port' | 'statementTimeoutMs'> {
  /** The name that `endpoint` was found by. */
  readonly name: string
  readonly endpoint: Endpoint
}

/** Logs in on the runtime port. Rejects with ConnectError, ConnectionLost or PostgresError. */
export async function connectFlight({ name, endpoint, ...options }: FlightOptions): Promise<SqlConnection> {
  const { resolve } = options
  try {
    const client = await connectEverport({
      ...options,
      host: name,
      port: endpoint.port,
      resolve: async wanted => (wanted === name ? [endpoint.address] : ((await resolve?.(wanted)) ?? [])),
      statementTimeoutMs: Number.POSITIVE_INFINITY,
    })
    return overFlight(client, endpoint)
  } catch (error) {
    throw inPostgresTerms(error, endpoint, 'FATAL')
  }
}

/** A client of Flight SQL. It has no session: every statement is by itself, and a connection ends when a call finds it gone. */
function overFlight(client: EverportClient, at: Endpoint): SqlConnection {
  let lost: Error | undefined
  let running: AbortController | undefined
  let isClosed = false

  const close = (): void => {
    isClosed = true
    running?.abort()
    client.close()
  }

  async function* stream(statement: string): AsyncGenerator<QueryEvent, void, undefined> {
    checkNeedsNoSession(statement)
    const controller = new AbortController()
    running = controller
    try {
      const { schema, batches } = await client.plan(statement, { signal: controller.signal })
      yield { kind: 'columns', columns: arrowColumns(schema.fields) }
      const rowsOf = arrowRows(schema.fields)
      let count = 0
      for await (const batch of batches()) {
        count += batch.numRows
        yield { kind: 'rows', rows: rowsOf(batch) }
      }
      yield { kind: 'complete', commandTag: `SELECT ${count}` }
    } catch (error) {
      if (controller.signal.aborted && !isClosed) throw cancelled()
      const told = inPostgresTerms(error, at, 'ERROR')
      if (!(told instanceof PostgresError) || told.severity !== 'ERROR') lost = told
      throw told
    } finally {
      running = undefined
    }
  }

  return {
    at,
    get lost() {
      return lost
    },
    transactionStatus: 'I',
    stream,
    // Whichever node the balancer chooses for each call.
    nodeName: () => Promise.resolve(undefined),
    cancel() {
      running?.abort()
      return Promise.resolve()
    },
    close,
    destroy() {
      lost ??= new ConnectionLost('closed', at)
      close()
    },
  }
}

function checkNeedsNoSession(statement: string): void {
  const kind = kindOf(statement)
  if (kind === 'engine') return
  const word = (/[a-z]+/i.exec(statement)?.[0] ?? kind).toUpperCase()
  throw new EverportError('feature_not_supported', `${word} belongs to a session, and Flight SQL has none`, {
    hint: 'run it with --protocol postgres',
  })
}

function kindOf(statement: string): string {
  try {
    return classifyStatement(statement).kind
  } catch {
    // The node says what is wrong with it.
    return 'engine'
  }
}

function cancelled(): PostgresError {
  return postgresError('ERROR', '57014', 'canceling statement due to user request')
}

/** SQLSTATEs after which the same node does not go on: appendix A, class 57P. */
const isEnd = (sqlState: string): boolean => sqlState.startsWith('57P')

/** An error of a node, or of the way to it, as the PostgreSQL protocol would have brought it. */
function inPostgresTerms(error: unknown, at: Endpoint, severity: 'ERROR' | 'FATAL'): Error {
  if (!(error instanceof FlightFailure)) return error instanceof Error ? error : new Error(String(error))
  const { sqlState, report, status, message } = error
  if (sqlState !== undefined) {
    const { message: sentence = message, detail, hint, position } = report ?? {}
    const worst = isEnd(sqlState) ? 'FATAL' : severity
    return new PostgresError({ severity: worst, sqlState, message: sentence, detail, hint, position })
  }
  if (status === 'DEADLINE_EXCEEDED') return new ConnectionLost('timeout', at)
  if (/ECONNREFUSED/.test(message)) return new ConnectError('refused', at)
  if (/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/.test(message)) return new ConnectError('unreachable', at)
  if (/ETIMEDOUT/.test(message)) return new ConnectError('timeout', at)
  const tls = /Last error: Error: (.*?(?:certificate|SSL|TLS|altnames).*?)\.? Resolution note/i.exec(message)
  if (tls !== null) return new ConnectError('tls', at, tls[1])
  if (gone.has(status)) return new ConnectionLost('reset', at)
  return postgresError(severity, 'XX000', message)
}

/** What a call ends with that found no connection, or lost it. */
const gone: ReadonlySet<string> = new Set(['UNAVAILABLE', 'CANCELLED', 'INTERNAL', 'UNKNOWN'])

function postgresError(severity: string, sqlState: string, message: string): PostgresError {
  return new PostgresError({
    severity,
    sqlState,
    message,
    detail: undefined,
    hint: undefined,
    position: undefined,
  })
}
