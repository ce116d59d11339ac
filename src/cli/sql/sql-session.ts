import { assert } from '../../base/assert.ts'
import { type Clock, pause } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { fraction, type Random } from '../../base/random.ts'
import { NoAddressAnswers } from '../../sql/client/connect-by-name.ts'
import {
  isConnectionEnd,
  isTransient,
  NotPostgres,
  PostgresError,
  type ServerReport,
} from '../../sql/client/postgres-error.ts'
import type { QueryResult } from '../../sql/client/result.ts'
import { visibleText } from '../text-width.ts'
import { reportText } from './error-text.ts'
import { isRead } from './is-read.ts'
import type { ResultWriter } from './result-writer.ts'
import type { SqlConnection } from './sql-connection.ts'

/** Opens one session; each call resolves the name anew. `onLost` is called once when it ends by itself. */
export type OpenConnection = (
  onLost: () => void,
  onNotice: (notice: ServerReport) => void,
) => Promise<SqlConnection>

export interface SessionOptions {
  readonly open: OpenConnection
  readonly clock: Clock
  readonly random: Random
  /** One line about the connection, for the user. */
  readonly say: (line: string) => void
  /** How long a lost session is tried to be had again. */
  readonly reconnectForMs: number
}

/** Between two tries, doubling. */
const backoffMs = { first: 25, max: 1000 } as const

/**
 * A session that outlives its connection. What happens to a statement when its connection ends:
 *
 *   in a transaction   rows shown   statement   then
 *   yes                any          any         reconnect, tell that the transaction is gone
 *   no                 yes          any         reconnect, tell that the result is not whole
 *   no                 no           reads       reconnect, run again, once
 *   no                 no           other       reconnect, tell that nobody knows whether it was done
 *
 * Once, since a statement that kills its node must not kill one node after another.
 */
export class SqlSession {
  /** Called when the session ended while nothing ran. */
  onIdleLoss: () => void = () => undefined
  readonly #options: SessionOptions
  #connection: SqlConnection | undefined
  #nodeName: string | undefined
  #isRunning = false
  /** The user no longer wants what runs. */
  #isCancelled = false
  #wasInTransaction = false
  #lostAt: number | undefined
  #reconnecting: Promise<void> | undefined
  #isGivenUp = false
  #endPause: () => void = () => undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  get connection(): SqlConnection | undefined {
    return this.#connection
  }

  /** The node that answers, when it says so. */
  get nodeName(): string | undefined {
    return this.#nodeName
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  async connect(): Promise<void> {
    let connection: SqlConnection | undefined
    connection = await this.#options.open(
      // A loss before the call returns shows at the first query.
      () => connection !== undefined && this.#noticeLoss(connection),
      notice => this.#options.say(reportText(notice, undefined).trimEnd()),
    )
    this.#connection = connection
    this.#nodeName = await connection.nodeName()
    this.#lostAt = undefined
    this.#wasInTransaction = false
  }

  /** As `connect`, but a cluster that is just failing over is given some time. */
  async connectWithin(patienceMs: number): Promise<void> {
    const { clock, random } = this.#options
    const deadline = clock.now() + patienceMs
    for (;;) {
      try {
        return await this.connect()
      } catch (error) {
        const isPassing = isTransient(error) || error instanceof NoAddressAnswers
        if (!isPassing || clock.now() >= deadline) throw error
        await pause(clock, backoffMs.first * (1 + 4 * fraction(random)))
      }
    }
  }

  /** Runs one statement. A rejection is what the server refused, or an EverportError that says what became of the statement. */
  async run(statement: string, makeWriter: () => ResultWriter): Promise<void> {
    assert(!this.#isRunning, 'one statement at a time')
    this.#isRunning = true
    this.#isCancelled = false
    try {
      await this.#ensureConnected()
      const first = await this.#attempt(statement, makeWriter())
      if (first === 'done') return
      if (this.#isCancelled)
        throw new EverportError('query_cancelled', 'canceled; the connection was lost, too')
      await this.#reconnect()
      if (first.fate !== undefined) throw new EverportError('connection_failure', first.fate)
      this.#options.say('running the statement again')
      const second = await this.#attempt(statement, makeWriter())
      if (second !== 'done') throw second.error
    } finally {
      this.#isRunning = false
    }
  }

  /** A small result, whole. */
  async collect(statement: string): Promise<QueryResult> {
    const columns: QueryResult['columns'][] = []
    const rows: (string | null)[][] = []
    let commandTag = ''
    await this.run(statement, () => {
      rows.length = 0
      return {
        columns: found => void columns.push(found),
        rows: async found => void rows.push(...found.map(row => [...row])),
        complete: async tag => {
          commandTag = tag
        },
      }
    })
    return { columns: columns.at(-1) ?? [], rows, commandTag }
  }

  /** Cancels what runs, or gives up reconnecting. */
  async cancel(): Promise<void> {
    this.#isCancelled = true
    this.#giveUp()
    await this.#connection?.cancel()
  }

  /** Hangs up, when the server does not listen to cancel. */
  hangUp(): void {
    this.#isCancelled = true
    this.#connection?.destroy()
  }

  close(): void {
    this.#giveUp()
    this.#connection?.close()
  }

  /** After `onIdleLoss`. */
  async reconnect(): Promise<void> {
    await this.#ensureConnected()
  }

  async #attempt(
    statement: string,
    writer: ResultWriter,
  ): Promise<'done' | { readonly error: unknown; readonly fate: string | undefined }> {
    const connection = this.#connection
    assert(connection !== undefined, 'connected')
    const wasInTransaction = connection.transactionStatus !== 'I'
    let hasShown = false
    try {
      for await (const event of connection.stream(statement)) {
        if (event.kind === 'columns') writer.columns(event.columns)
        else {
          hasShown = true
          if (event.kind === 'rows') await writer.rows(event.rows)
          else await writer.complete(event.commandTag)
        }
      }
      return 'done'
    } catch (error) {
      if (!isConnectionEnd(error) || error instanceof NotPostgres) throw error
      return { error, fate: fateOf(statement, wasInTransaction, hasShown) }
    }
  }

  async #ensureConnected(): Promise<void> {
    if (this.#reconnecting !== undefined) await this.#reconnecting
    if (this.#connection !== undefined && this.#connection.lost === undefined) return
    const wasInTransaction = this.#wasInTransaction
    await this.#reconnect()
    if (wasInTransaction && this.#isRunning) throw new EverportError('connection_failure', transactionGone)
  }

  #noticeLoss(connection: SqlConnection): void {
    if (this.#lostAt !== undefined) return
    this.#lostAt = this.#options.clock.now()
    this.#wasInTransaction = connection.transactionStatus !== 'I'
    if (!this.#isRunning && this.#connection === connection) this.onIdleLoss()
  }

  #reconnect(): Promise<void> {
    this.#reconnecting ??= this.#reconnectNow().finally(() => {
      this.#reconnecting = undefined
    })
    return this.#reconnecting
  }

  async #reconnectNow(): Promise<void> {
    const { clock, say, reconnectForMs } = this.#options
    const lostAt = this.#lostAt ?? clock.now()
    const old = this.#connection
    if (old !== undefined) {
      const { lost } = old
      const reason = lost instanceof PostgresError ? ` (${visibleText(lost.message)})` : ''
      say(`connection to ${old.at.address}${nodeText(this.#nodeName)} lost${reason}; reconnecting …`)
    }
    const deadline = clock.now() + reconnectForMs
    this.#isGivenUp = false
    for (let waitMs: number = backoffMs.first; ; waitMs = Math.min(backoffMs.max, waitMs * 2)) {
      try {
        await this.connect()
        break
      } catch (error) {
        if (!isWorthWaiting(error)) throw error
        const remainingMs = deadline - clock.now()
        if (remainingMs <= 0 || this.#isGivenUp) throw notReconnected(this.#isGivenUp, reconnectForMs, error)
        // Clients that lost the same node must not all come back at the same moment.
        const pauseMs = Math.min(remainingMs, waitMs * (0.5 + fraction(this.#options.random)))
        await this.#pause(pauseMs)
      }
    }
    const tookMs = Math.round(clock.now() - lostAt)
    const at = this.#connection?.at.address ?? ''
    say(
      `connected to ${at}${nodeText(this.#nodeName)} after ${tookMs} ms; the transaction or settings of the old session are gone`,
    )
  }

  /** Ends early when reconnecting is given up. */
  #pause(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      const cancelTimer = this.#options.clock.after(delayMs, resolve)
      this.#endPause = () => {
        cancelTimer()
        resolve()
      }
    })
  }

  #giveUp(): void {
    this.#isGivenUp = true
    this.#endPause()
  }
}

const transactionGone = 'the statement was not done: the transaction it belonged to is gone'

/** What to tell of a statement that was lost with its connection; undefined when it can simply run again. */
function fateOf(statement: string, wasInTransaction: boolean, hasShown: boolean): string | undefined {
  if (wasInTransaction) return transactionGone
  if (hasShown) return 'the result is not complete: the connection was lost while it arrived'
  if (isRead(statement)) return undefined
  return 'the connection was lost while the statement ran: nobody knows whether it was done'
}

function isWorthWaiting(error: unknown): boolean {
  return (
    isTransient(error) ||
    error instanceof NoAddressAnswers ||
    (error instanceof EverportError && error.code === 'connection_failure')
  )
}

function notReconnected(isGivenUp: boolean, reconnectForMs: number, last: unknown): EverportError {
  const why = isGivenUp ? 'reconnecting was given up' : `no connection within ${reconnectForMs / 1000} s`
  return new EverportError('connection_failure', why, {
    detail: last instanceof Error ? last.message : String(last),
    hint: 'look at the nodes with: everport status',
    cause: last,
  })
}

function nodeText(name: string | undefined): string {
  return name === undefined ? '' : ` (node ${visibleText(name)})`
}
