import { EverportError } from '../../base/errors.ts'
import type { PreparedStatement } from '../engine/engine.ts'
import { classifyStatement } from '../statements/classify.ts'
import { characterPosition } from '../statements/lexer.ts'
import { type StatementText, splitStatements } from '../statements/split.ts'
import { engineText, engineUse, ownCommand } from './engine-use.ts'
import type { EngineUse, Portal, Run, SimpleQuery, StatementSource } from './portal.ts'
import { abandonRun, checkTransaction, runPortal } from './run-portal.ts'
import {
  closePortal,
  dropPortal,
  dropStatement,
  failedTransactionError,
  send,
  sendError,
  sendReady,
  startTimeout,
} from './session-answers.ts'
import type { Effect } from './session-events.ts'
import type { Job, Session } from './session-state.ts'

export function onQuery(session: Session, text: string, out: Effect[]): void {
  session.asked = { text, at: session.now }
  // As in PostgreSQL, a simple query does away with the unnamed statement and portal.
  dropPortal(session, '', out)
  dropStatement(session, '', out)
  try {
    checkLength(session, text)
    const statements = splitStatements(text)
    if (statements.length === 0) send(out, { kind: 'EmptyQueryResponse' })
    nextStatement(session, { text, statements, next: 0 }, out)
  } catch (error) {
    failQuery(session, error, undefined, out)
  }
}

export function checkLength(session: Session, text: string): void {
  const { statementCharactersMax } = session.limits
  if (text.length <= statementCharactersMax) return
  throw new EverportError('message_too_large', `statement of ${text.length} characters is too long`, {
    detail: `At most ${statementCharactersMax} are taken.`,
  })
}

/** Runs what the session answers by itself, up to the next statement of the engine. */
function nextStatement(session: Session, query: SimpleQuery, out: Effect[]): void {
  for (let statement = query.statements[query.next]; statement !== undefined; ) {
    query.next++
    try {
      const command = classifyStatement(statement.text)
      const use = engineUse(session, command, statement.text)
      if (use !== undefined) return prepareNext(session, query, statement, use, out)
      const source: StatementSource = { kind: 'session', command: ownCommand(command) }
      checkTransaction(session, source)
      const run = runOf(source, query, statement)
      try {
        if (runPortal(session, run, out) === 'waiting') return
        closePortal(run.portal, out)
      } catch (error) {
        closePortal(run.portal, out)
        throw error
      }
    } catch (error) {
      return failQuery(session, error, { query, statement }, out)
    }
    statement = query.statements[query.next]
  }
  sendReady(session, out)
}

function prepareNext(
  session: Session,
  query: SimpleQuery,
  statement: StatementText,
  use: EngineUse,
  out: Effect[],
): void {
  if (session.transaction?.failed === true) throw failedTransactionError()
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'prepare', query, statement, use } }
  const text = engineText(use, statement.text)
  // COPY needs to know the columns before it begins, and a cursor is read later.
  if (use.kind !== 'rows') out.push({ kind: 'prepare', text, parameterTypeOids: [] })
  else out.push({ kind: 'prepare', text, parameterTypeOids: [], use: 'atOnce' })
}

export function onQueryPrepared(
  session: Session,
  job: Extract<Job, { kind: 'prepare' }>,
  prepared: PreparedStatement,
  out: Effect[],
): void {
  const { use } = job
  const source: StatementSource = { kind: 'engine', prepared, use, references: 1 }
  const run = runOf(source, job.query, job.statement)
  if (prepared.parameterTypeOids.length === 0) {
    return runPrepared(session, run, job, out)
  }
  closePortal(run.portal, out)
  failQuery(session, new EverportError('undefined_parameter', 'there is no parameter $1'), job, out)
}

function runPrepared(
  session: Session,
  run: Run,
  job: Extract<Job, { kind: 'prepare' }>,
  out: Effect[],
): void {
  try {
    if (runPortal(session, run, out) === 'done') onQueryRunFinished(session, run, job.query, out)
  } catch (error) {
    closePortal(run.portal, out)
    failQuery(session, error, job, out)
  }
}

export function onQueryRunFinished(session: Session, run: Run, query: SimpleQuery, out: Effect[]): void {
  closePortal(run.portal, out)
  nextStatement(session, query, out)
}

export function failQueryRun(session: Session, run: Run, error: EverportError, out: Effect[]): void {
  abandonRun(session, run, out)
  const { query, statement } = run
  failQuery(session, error, query && statement ? { query, statement } : undefined, out)
}

/** The statements that follow are not run. */
export function failQuery(
  session: Session,
  error: unknown,
  at: { readonly query: SimpleQuery; readonly statement: StatementText } | undefined,
  out: Effect[],
): void {
  if (!(error instanceof EverportError)) throw error
  sendError(session, at === undefined ? error : moved(error, at.query.text, at.statement.offset), out)
  sendReady(session, out)
}

/** A position in one statement, as a position in the whole text that the client sent. */
function moved(error: EverportError, text: string, offset: number): EverportError {
  if (error.position === undefined || offset === 0) return error
  return new EverportError(error.code, error.message, {
    position: error.position + characterPosition(text, offset) - 1,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error.cause,
  })
}

function runOf(source: StatementSource, query: SimpleQuery, statement: StatementText): Run {
  const portal: Portal = {
    source,
    parameters: [],
    resultFormats: [],
    progress: { kind: 'new' },
    cursor: undefined,
  }
  const rowsLeft = Number.POSITIVE_INFINITY
  return { portal, reading: undefined, copy: undefined, rowsLeft, rowsSent: 0, query, statement }
}
