import type { Frame } from '../pgwire/framing.ts'
import type { TransactionStatus } from '../pgwire/messages/backend/ready-for-query.ts'
import type { MessageStream } from './message-stream.ts'
import { PostgresError, type ServerReport } from './postgres-error.ts'
import type { QueryEvent, ResultColumn, Row } from './result.ts'
import { rowText } from './row-text.ts'
import { serverReport } from './server-report.ts'

/** Rows handed on together; a batch never waits for more than what has arrived. */
export const batchRowsMax = 1000

const textOid = 25

/** What may come at any time. */
export interface Asides {
  readonly onNotice: (notice: ServerReport) => void
  readonly onParameter: (name: string, value: string) => void
}

/** The answer is over: 'failed' with what the server refused. */
export type QueryEnd =
  | { readonly kind: 'done'; readonly status: TransactionStatus }
  | { readonly kind: 'failed'; readonly status: TransactionStatus; readonly error: PostgresError }

/**
 * Reads the answer to one Query message.
 *
 *   in        T, H           D, d   C, I           E                  Z
 *   between   → rows         ✗      complete       remember, → over   end
 *   rows      ✗              row    complete       remember, → over   ✗ (a result that was cut off is never a short one)
 *   over      ✗              ✗      ✗              ✗                  end, failed
 *
 * A FATAL error is thrown at once: no ReadyForQuery follows it.
 */
export class ResultReader {
  readonly #stream: MessageStream
  readonly #asides: Asides
  #state: 'between' | 'rows' | 'over' = 'between'
  #columns: readonly ResultColumn[] = []
  #failure: PostgresError | undefined

  constructor(stream: MessageStream, asides: Asides) {
    this.#stream = stream
    this.#asides = asides
  }

  /** What is here already; undefined when more has to arrive. */
  next(): QueryEvent | QueryEnd | undefined {
    for (;;) {
      const frame = this.#stream.take()
      if (frame === undefined) return undefined
      if (frame.type === 'D') return this.#rows(frame)
      const event = this.#message(frame)
      if (event !== undefined) return event
    }
  }

  /** This row and those that follow it. A frame that is no row is kept for the next call. */
  #rows(first: Frame): QueryEvent {
    if (this.#state !== 'rows') throw this.#stream.poison('a row without a description')
    const rows: Row[] = []
    for (let frame: Frame | undefined = first; frame !== undefined; ) {
      const row = rowText(frame.body, this.#columns.length)
      if (row === undefined) throw this.#stream.poison('a row that does not fit its description')
      rows.push(row)
      frame = rows.length < batchRowsMax ? this.#stream.takeIf('D') : undefined
    }
    return { kind: 'rows', rows }
  }

  #message(frame: Frame): QueryEvent | QueryEnd | undefined {
    const message = this.#stream.decode(frame)
    switch (message.kind) {
      case 'NoticeResponse':
        this.#asides.onNotice(serverReport(message.fields))
        return undefined
      case 'ParameterStatus':
        this.#asides.onParameter(message.name, message.value)
        return undefined
      case 'RowDescription':
        this.#expect('between', message.kind)
        this.#state = 'rows'
        this.#columns = message.fields.map(({ name, typeOid }) => ({ name, typeOid }))
        return { kind: 'columns', columns: this.#columns }
      // COPY TO STDOUT: shown as one column, a row for each of its lines.
      case 'CopyOutResponse':
        this.#expect('between', message.kind)
        this.#state = 'rows'
        this.#columns = [{ name: 'copy', typeOid: textOid }]
        return { kind: 'columns', columns: this.#columns }
      case 'CopyOutData':
        if (this.#state !== 'rows') throw this.#stream.poison('data of a COPY that did not begin')
        return { kind: 'rows', rows: [[Buffer.from(message.data).toString().replace(/\n$/, '')]] }
      case 'CopyOutDone':
        return undefined
      case 'CommandComplete':
      case 'EmptyQueryResponse':
        if (this.#state === 'over') this.#expect('between', message.kind)
        this.#state = 'between'
        return { kind: 'complete', commandTag: message.kind === 'CommandComplete' ? message.tag : '' }
      case 'ErrorResponse':
        return this.#fail(new PostgresError(serverReport(message.fields)))
      case 'ReadyForQuery':
        if (this.#failure !== undefined)
          return { kind: 'failed', status: message.status, error: this.#failure }
        this.#expect('between', message.kind)
        return { kind: 'done', status: message.status }
      default:
        throw this.#stream.poison(`unexpected ${message.kind} in the answer to a query`)
    }
  }

  #fail(error: PostgresError): undefined {
    if (error.severity !== 'ERROR') {
      this.#stream.abort(error)
      throw error
    }
    if (this.#state === 'over') throw this.#stream.poison('a second error in the answer to a query')
    this.#failure = error
    this.#state = 'over'
    return undefined
  }

  #expect(state: 'between', found: string): void {
    if (this.#state !== state) throw this.#stream.poison(`unexpected ${found} in the answer to a query`)
  }
}
