import { EverportError } from '../../base/errors.ts'
import { endSession, sendFatal, shutdownError } from './session-answers.ts'
import type { CancelReason, Effect } from './session-events.ts'
import type { Session, SessionState } from './session-state.ts'

// What time, operators and other connections want of a session.

const loginStates: ReadonlySet<SessionState['kind']> = new Set([
  'finding',
  'sasl',
  'proof',
  'refusing',
  'opening',
])
const isLoggingIn = (kind: SessionState['kind']): boolean => loginStates.has(kind)

/** Only what runs can be cancelled; a cancel that comes too late does nothing. */
export function onCancel(session: Session, reason: CancelReason, out: Effect[]): void {
  if (session.state.kind !== 'running') return
  session.cancelReason ??= reason
  out.push({ kind: 'cancelEngine' })
}

export function onLoginTimeout(session: Session, out: Effect[]): void {
  const { kind } = session.state
  if (kind === 'startup' || kind === 'securing') endSession(session, out)
  else if (isLoggingIn(kind)) {
    sendFatal(session, new EverportError('query_cancelled', 'canceling authentication due to timeout'), out)
  }
}

/**
 * At rest: gone at once. Busy, or in a transaction block: gone at the next ReadyForQuery outside a block, after that message, so that
 * the answer is whole. Who is about to log in is refused.
 */
export function onDrain(session: Session, out: Effect[]): void {
  const { kind } = session.state
  session.isDraining = true
  session.refusal = shuttingDownError()
  if (kind === 'ready' && !session.isInSeries && session.transaction === undefined) {
    sendFatal(session, shutdownError(), out)
  } else if (isLoggingIn(kind)) {
    sendFatal(session, session.refusal, out)
  }
}

export function onStop(session: Session, out: Effect[]): void {
  if (session.state.kind === 'startup' || session.state.kind === 'securing') endSession(session, out)
  else sendFatal(session, shutdownError(), out)
}

export function shuttingDownError(): EverportError {
  return new EverportError('cannot_connect_now', 'the database system is shutting down')
}
