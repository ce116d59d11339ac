import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import type { Endpoint, Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { DeriveKey } from '../auth/scram-client.ts'
import { ByteWriter } from '../pgwire/byte-writer.ts'
import type { TransactionStatus } from '../pgwire/messages/backend/ready-for-query.ts'
import { encodeCancelRequest } from '../pgwire/messages/frontend/cancel-request.ts'
import { deriveKeyOnce } from './derive-key.ts'
import { type LoggedIn, login } from './login.ts'
import { MessageStream } from './message-stream.ts'
import { ConnectionLost, isConnectionEnd, PostgresError, type ServerReport } from './postgres-error.ts'
import type { QueryEvent, QueryResult, ResultColumn, Row } from './result.ts'
import { type QueryEnd, ResultReader } from './result-reader.ts'
import { serverReport } from './server-report.ts'

export interface PostgresOptions {
  readonly network: Network
  readonly clock: Clock
  /** For the login's nonce: cryptographic. */
  readonly random: Random
  readonly endpoint: Endpoint
  readonly user: string
  readonly password: string
  readonly database: string
  readonly applicationName: string
  /** Connecting and logging in together. */
  readonly timeoutMs: number
  /** Of one message from the server. */
  readonly messageBytesMax?: number
  /** Shared by clients that use the same password; the default one is shared by the whole process. */
  readonly deriveKey?: DeriveKey
  readonly onNotice?: (notice: ServerReport) => void
  /** Called once when the connection ends other than by `close`, also while no query runs. */
  readonly onLost?: (error: Error) => void
}

export const messageBytesMaxDefault = 256 * 1024 * 1024
/** How long a server may take to hang up after Terminate. */
const closeTimeoutMs = 1000

/**
 * Connects and logs in. Rejects with ConnectError, ConnectionLost (also when it takes too long), PostgresError (refused) or
 * NotPostgres.
 */
export async function connectPostgres(options: PostgresOptions): Promise<PostgresConnection> {
  const { clock, network, endpoint, timeoutMs } = options
  const deadline = clock.now() + timeoutMs
  const connection = await network.connect(endpoint, { timeoutMs })
  const stream = new MessageStream(connection, endpoint, options.messageBytesMax ?? messageBytesMaxDefault)
  const cancelTimer = clock.after(Math.max(0, deadline - clock.now()), () =>
    stream.abort(new ConnectionLost('timeout', endpoint)),
  )
  try {
    const onNotice = options.onNotice ?? (() => undefined)
    const loggedIn = await login(stream, {
      ...options,
      onNotice,
      deriveKey: options.deriveKey ?? deriveKeyOnce,
    })
    return new PostgresConnection(stream, options, loggedIn)
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  } finally {
    cancelTimer()
  }
}

/** One session. One query at a time. */
export class PostgresConnection {
  /** Settings that the server reports (`server_version`, `TimeZone` …). */
  readonly parameters: Map<string, string>
  transactionStatus: TransactionStatus = 'I'
  readonly #stream: MessageStream
  readonly #options: PostgresOptions
  readonly #cancelKey: LoggedIn['cancelKey']
  #isBusy = false
  #isClosed = false
  #isLossTold = false

  constructor(stream: MessageStream, options: PostgresOptions, loggedIn: LoggedIn) {
    this.#stream = stream
    this.#options = options
    this.#cancelKey = loggedIn.cancelKey
    this.parameters = loggedIn.parameters
    stream.onIdle = () => this.#readAsides()
    this.#readAsides()
  }

  get at(): Endpoint {
    return this.#stream.at
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Why the session is over, or undefined while it lives. A server that said goodbye has its own words here (57P01). */
  get lost(): Error | undefined {
    return this.#stream.lost
  }

  /** The last result of one or several statements, whole in memory: for answers known to be small. */
  async query(sql: string): Promise<QueryResult> {
    const results = await this.queryAll(sql)
    return results.at(-1) ?? { columns: [], rows: [], commandTag: '' }
  }

  /** The results of all statements in `sql`. The first one that fails rejects the whole. */
  async queryAll(sql: string): Promise<QueryResult[]> {
    const reader = this.#begin(sql)
    const results: QueryResult[] = []
    let columns: readonly ResultColumn[] = []
    let rows: Row[] = []
    for (;;) {
      const event = this.#next(reader)
      if (event === undefined) await this.#more()
      else if (event.kind === 'columns') columns = event.columns
      else if (event.kind === 'rows') rows = rows.length === 0 ? [...event.rows] : rows.concat(event.rows)
      else if (event.kind === 'done') return results
      else if (event.kind === 'failed') throw event.error
      else {
        results.push({ columns, rows, commandTag: event.commandTag })
        columns = []
        rows = []
      }
    }
  }

  /** The answer while it arrives. Whoever does not ask for more slows the server down; whoever stops early cancels the query. */
  async *stream(sql: string): AsyncGenerator<QueryEvent, void, undefined> {
    const reader = this.#begin(sql)
    try {
      for (;;) {
        const event = this.#next(reader)
        if (event === undefined) await this.#more()
        else if (event.kind === 'done') return
        else if (event.kind === 'failed') throw event.error
        else yield event
      }
    } finally {
      if (this.#isBusy) await this.#abandon(reader)
    }
  }

  /** Asks the server, on a connection of its own, to end what runs. Resolves when the request has been sent and the server hung up. */
  async cancel(): Promise<void> {
    if (this.#cancelKey === undefined || this.lost !== undefined) return
    const { network, clock, endpoint, timeoutMs } = this.#options
    const connection = await network.connect(endpoint, { timeoutMs })
    await new Promise<void>(resolve => {
      const cancelTimer = clock.after(timeoutMs, () => connection.destroy())
      connection.on('error', () => undefined)
      connection.on('close', () => {
        cancelTimer()
        resolve()
      })
      const request = new ByteWriter()
      encodeCancelRequest(
        { kind: 'CancelRequest', ...(this.#cancelKey ?? { processId: 0, secret: new Uint8Array(4) }) },
        request,
      )
      connection.write(request.take())
      connection.resume()
    })
  }

  /** Says goodbye; what runs is given up. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.lost !== undefined) return
    if (this.#isBusy) return this.destroy()
    this.#stream.send({ kind: 'Terminate' })
    this.#stream.end()
    const cancelTimer = this.#options.clock.after(closeTimeoutMs, () => this.destroy())
    this.#stream.onIdle = () => {
      if (this.lost !== undefined) cancelTimer()
    }
  }

  /** Hangs up without a word. */
  destroy(): void {
    this.#isClosed = true
    this.#stream.abort(new ConnectionLost('closed', this.at))
  }

  #begin(sql: string): ResultReader {
    assert(!this.#isBusy, 'one query at a time on a connection')
    this.#stream.send({ kind: 'Query', text: sql })
    this.#isBusy = true
    return new ResultReader(this.#stream, {
      onNotice: notice => this.#options.onNotice?.(notice),
      onParameter: (name, value) => this.parameters.set(name, value),
    })
  }

  #next(reader: ResultReader): QueryEvent | QueryEnd | undefined {
    try {
      const event = reader.next()
      if (event?.kind === 'done' || event?.kind === 'failed') {
        this.transactionStatus = event.status
        this.#isBusy = false
      }
      return event
    } catch (error) {
      throw this.#over(error)
    }
  }

  async #more(): Promise<void> {
    try {
      await this.#stream.more()
    } catch (error) {
      throw this.#over(error)
    }
  }

  #over(error: unknown): unknown {
    if (isConnectionEnd(error)) {
      this.#isBusy = false
      this.#tellLoss()
    }
    return error
  }

  /** Reads to the end of an answer that nobody wants any more. */
  async #abandon(reader: ResultReader): Promise<void> {
    try {
      await this.cancel()
      for (;;) {
        const event = this.#next(reader)
        if (event === undefined) await this.#more()
        else if (event.kind === 'done' || event.kind === 'failed') return
      }
    } catch {
      this.destroy()
      this.#isBusy = false
    }
  }

  /** What a server says unasked: notices, changed settings, its last words. */
  #readAsides(): void {
    if (this.#isBusy || this.#isClosed) return
    try {
      for (let frame = this.#stream.take(); frame !== undefined; frame = this.#stream.take()) {
        const message = this.#stream.decode(frame)
        if (message.kind === 'NoticeResponse') this.#options.onNotice?.(serverReport(message.fields))
        else if (message.kind === 'ParameterStatus') this.parameters.set(message.name, message.value)
        else if (message.kind === 'ErrorResponse')
          this.#stream.abort(new PostgresError(serverReport(message.fields)))
        else this.#stream.poison(`unexpected ${message.kind} while no query runs`)
      }
    } catch {
      // The stream is poisoned and knows why.
    }
    if (this.lost !== undefined) this.#tellLoss()
  }

  #tellLoss(): void {
    if (this.#isLossTold || this.#isClosed) return
    this.#isLossTold = true
    this.#options.onLost?.(this.lost ?? new ConnectionLost('closed', this.at))
  }
}
