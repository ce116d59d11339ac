import { assert, unreachable } from '../../base/assert.ts'
import { EverportError } from '../../base/errors.ts'
import { placed, withoutPosition } from './engine-use.ts'
import { onBind, onClose, onDescribe, onExecute, onParse, onParsed } from './extended-query.ts'
import { idleError, stopIdleTimeout } from './idle-timeout.ts'
import { type FrontendMessage, unknownMessageType } from './messages/frontend.ts'
import type { Run } from './portal.ts'
import {
  abandonRun,
  becomeStatement,
  onExecuting,
  onFinished,
  onRows,
  type RunOutcome,
} from './run-portal.ts'
import { endSession, sendError, sendFatal, sendProgress, sendReady } from './session-answers.ts'
import { onDirectTls, onSecured } from './session-encryption.ts'
import type { Effect, SessionEvent } from './session-events.ts'
import { onCancel, onDrain, onLoginTimeout, onStop } from './session-interrupts.ts'
import { onFirstProof, onLastProof, onOpened, onPacket, onVerifier } from './session-startup.ts'
import { isWaiting, type Job, type Session } from './session-state.ts'
import { failQuery, failQueryRun, onQuery, onQueryPrepared, onQueryRunFinished } from './simple-query.ts'
import { keepPrepared } from './statement-names.ts'

/**
 * One client's session, from its first byte to its end.
 *
 *   state     | waits for            | goes on to
 *   ----------+----------------------+------------------------------------------------------------------------
 *   startup   | a startup packet     | startup (encryption refused) · securing · finding · ended (cancel request, refusal)
 *   securing  | the TLS handshake    | startup · ended
 *   finding   | the user's verifier  | sasl
 *   sasl      | the client's nonce   | proof · ended
 *   proof     | the client's proof   | opening · refusing
 *   refusing  | a moment             | ended (28P01)
 *   opening   | the engine           | ready · ended
 *   ready     | a message            | ready · running · skipping (an error of the extended query) · ended
 *   running   | the engine           | running · ready · skipping
 *   skipping  | Sync                 | ready · ended
 *   ended     | nothing              |
 *
 * In securing, finding, refusing, opening and running the shell keeps the client's messages back: `isWaiting`. An error of the stream itself, of the
 * login, `stop`, and `drain` at rest lead from everywhere to ended, with a FATAL; `lost` does without a word.
 */
export function nextSession(session: Session, event: SessionEvent): Effect[] {
  const out: Effect[] = []
  if (session.state.kind === 'ended') return out
  switch (event.kind) {
    case 'packet':
    case 'directTls':
    case 'message':
    case 'malformed':
    case 'broken':
      assert(!isWaiting(session), 'a message came while the session waits')
      onClient(session, event, out)
      break
    case 'secured':
    case 'verifier':
    case 'refusalDue':
    case 'opened':
    case 'prepared':
    case 'values':
    case 'executing':
    case 'rows':
    case 'finished':
    case 'failed':
      onShell(session, event, out)
      break
    case 'cancel':
      onCancel(session, event.reason, out)
      break
    case 'lost':
      endSession(session, out)
      break
    case 'loginTimeout':
      onLoginTimeout(session, out)
      break
    case 'idleTimeout':
      if (session.isIdleTimed) sendFatal(session, idleError(session), out)
      break
    case 'notice':
      if (session.state.kind === 'running') sendProgress(session, event, out)
      break
    case 'drain':
      onDrain(session, out)
      break
    case 'stop':
      onStop(session, out)
      break
    default:
      unreachable(event)
  }
  return out
}

type ClientEvent = Extract<
  SessionEvent,
  { kind: 'packet' | 'directTls' | 'message' | 'malformed' | 'broken' }
>
type ShellEvent = Extract<
  SessionEvent,
  {
    kind:
      | 'secured'
      | 'verifier'
      | 'refusalDue'
      | 'opened'
      | 'prepared'
      | 'values'
      | 'executing'
      | 'rows'
      | 'finished'
      | 'failed'
  }
>

function onClient(session: Session, event: ClientEvent, out: Effect[]): void {
  stopIdleTimeout(session, out)
  if (event.kind === 'broken') return sendFatal(session, event.error, out)
  if (session.state.kind === 'ready' || session.state.kind === 'skipping') {
    if (event.kind === 'malformed') return onMalformed(session, event.type, event.error, out)
    if (event.kind === 'message') return onMessage(session, event.message, out)
  }
  try {
    logIn(session, event, out)
  } catch (error) {
    sendFatal(session, expected(error), out)
  }
}

function logIn(session: Session, event: ClientEvent, out: Effect[]): void {
  const { state } = session
  if (event.kind === 'malformed') throw event.error
  if (event.kind === 'packet' && state.kind === 'startup') onPacket(session, state, event.packet, out)
  else if (event.kind === 'directTls' && state.kind === 'startup') onDirectTls(session, state, out)
  else if (event.kind === 'message' && state.kind === 'sasl') onFirstProof(session, state, event.message, out)
  else if (event.kind === 'message' && state.kind === 'proof') onLastProof(session, state, event.message, out)
  else throw new EverportError('protocol_violation', 'unexpected message during login')
}

function onMessage(session: Session, message: FrontendMessage, out: Effect[]): void {
  if (message.kind === 'Terminate') return endSession(session, out)
  if (message.kind === 'Sync') return sendReady(session, out)
  if (session.state.kind === 'skipping') return
  switch (message.kind) {
    case 'Query':
      return onQuery(session, message.text, out)
    case 'FunctionCall': {
      const text = 'function calls of the fast-path protocol are not supported'
      return failQuery(session, new EverportError('feature_not_supported', text), undefined, out)
    }
    case 'SASLInitialResponse':
    case 'SASLResponse':
      return sendFatal(session, unknownMessageType('p'), out)
    // PostgreSQL too ignores what is left of a COPY that failed.
    case 'CopyData':
    case 'CopyDone':
    case 'CopyFail':
      return
    default:
      session.isInSeries = true
      try {
        onExtended(session, message, out)
      } catch (error) {
        failExtended(session, expected(error), out)
      }
  }
}

type ExtendedMessage = Extract<
  FrontendMessage,
  { kind: 'Parse' | 'Bind' | 'Describe' | 'Execute' | 'Close' | 'Flush' }
>

function onExtended(session: Session, message: ExtendedMessage, out: Effect[]): void {
  switch (message.kind) {
    case 'Parse':
      return onParse(session, message, out)
    case 'Bind':
      return onBind(session, message, out)
    case 'Describe':
      return onDescribe(session, message.target, out)
    case 'Execute':
      return onExecute(session, message, out)
    case 'Close':
      return onClose(session, message.target, out)
    // Nothing is ever held back.
    case 'Flush':
      return
    default:
      return unreachable(message)
  }
}

function failExtended(session: Session, error: EverportError, out: Effect[]): void {
  sendError(session, error, out)
  session.state = { kind: 'skipping' }
}

function onMalformed(session: Session, type: string, error: EverportError, out: Effect[]): void {
  const isSkipping = session.state.kind === 'skipping'
  if ('PBDECH'.includes(type)) {
    if (!isSkipping) failExtended(session, error, out)
  } else if ('QF'.includes(type)) {
    if (!isSkipping) failQuery(session, error, undefined, out)
  } else sendFatal(session, error, out)
}

function onShell(session: Session, event: ShellEvent, out: Effect[]): void {
  const { state } = session
  if (state.kind === 'running') return onEngine(session, state.job, event, out)
  if (event.kind === 'failed') return sendFatal(session, event.error, out)
  if (event.kind === 'secured' && state.kind === 'securing') return onSecured(session, state, event.tls, out)
  if (event.kind === 'refusalDue' && state.kind === 'refusing') return sendFatal(session, state.error, out)
  if (event.kind === 'verifier' && state.kind === 'finding') return onVerifier(session, event, out)
  assert(event.kind === 'opened' && state.kind === 'opening', `'${event.kind}' came in state '${state.kind}'`)
  onOpened(session, out)
}

function onEngine(session: Session, job: Job, event: ShellEvent, out: Effect[]): void {
  if (event.kind === 'failed') return onFailed(session, job, event.error, out)
  // A cancel that the engine was too late to hear: what it made is put away, and the answer is the same.
  if (session.cancelReason !== undefined && event.kind !== 'finished') {
    if (event.kind === 'prepared') out.push({ kind: 'closeStatement', statement: event.statement })
    if (event.kind === 'executing') out.push({ kind: 'closeExecution', execution: event.execution })
    return onFailed(session, job, new EverportError('query_cancelled', 'cancelled'), out)
  }
  session.cancelReason = undefined
  if (job.kind === 'run') return onRun(session, job, event, out)
  if (job.kind === 'evaluate') {
    assert(event.kind === 'values', `'${event.kind}' came while values are computed`)
    const { run, statement } = job
    return resume(session, run, () => becomeStatement(session, run, statement, event.values, out), out)
  }
  assert(event.kind === 'prepared', `'${event.kind}' came while a statement is prepared`)
  if (job.kind === 'keep') {
    const { run, command } = job
    return resume(session, run, () => keepPrepared(session, run, command, event.statement, out), out)
  }
  if (job.kind === 'parse') onParsed(session, job, event.statement, out)
  else onQueryPrepared(session, job, event.statement, out)
}

function onRun(session: Session, job: Extract<Job, { kind: 'run' }>, event: ShellEvent, out: Effect[]): void {
  const { run } = job
  if (event.kind === 'executing') {
    if (onExecuting(session, run, event.execution, out) === 'waiting') return
  } else if (event.kind === 'rows') {
    const outcome = onRows(session, run, event.batch, out)
    if (outcome === 'suspended') session.state = { kind: 'ready' }
    if (outcome !== 'complete') return
  } else {
    assert(event.kind === 'finished', `'${event.kind}' came while a statement runs`)
    onFinished(session, run, out)
  }
  if (run.query === undefined) session.state = { kind: 'ready' }
  else onQueryRunFinished(session, run, run.query, out)
}

/** Goes on with a run whose state was `running` for something that is no row. */
function resume(session: Session, run: Run, next: () => RunOutcome, out: Effect[]): void {
  try {
    if (next() === 'waiting') return
  } catch (error) {
    return failRun(session, run, expected(error), out)
  }
  if (run.query === undefined) session.state = { kind: 'ready' }
  else onQueryRunFinished(session, run, run.query, out)
}

function failRun(session: Session, run: Run, error: EverportError, out: Effect[]): void {
  if (run.query !== undefined) return failQueryRun(session, run, error, out)
  abandonRun(session, run, out)
  failExtended(session, error, out)
}

function onFailed(session: Session, job: Job, error: EverportError, out: Effect[]): void {
  switch (job.kind) {
    case 'parse':
      return failExtended(session, placed(job.use, error), out)
    case 'prepare':
      return failQuery(session, placed(job.use, error), job, out)
    case 'run':
    case 'keep':
      return failRun(session, job.run, error, out)
    case 'evaluate':
      return failRun(session, job.run, withoutPosition(error), out)
    default:
      return unreachable(job)
  }
}

function expected(error: unknown): EverportError {
  if (error instanceof EverportError) return error
  throw error
}
