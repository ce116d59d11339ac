import { EverportError } from '../../base/errors.ts'
import { parseDurationMs } from '../statements/setting-checks.ts'
import type { Effect } from './session-events.ts'
import { settingValue } from './session-settings.ts'
import type { Session } from './session-state.ts'

/** At rest, the client may be silent as long as idle_session_timeout says, in a transaction block idle_in_transaction_session_timeout. */
export function startIdleTimeout(session: Session, out: Effect[]): void {
  const { current } = session.settings
  const name = idleSetting(session)
  if (!current.has(name)) return
  const timeoutMs = parseDurationMs(settingValue(current, name)) ?? 0
  if (timeoutMs === 0) return
  session.isIdleTimed = true
  out.push({ kind: 'idleTimeout', timeoutMs })
}

export function stopIdleTimeout(session: Session, out: Effect[]): void {
  if (!session.isIdleTimed) return
  session.isIdleTimed = false
  out.push({ kind: 'idleTimeout', timeoutMs: 0 })
}

export function idleError(session: Session): EverportError {
  return session.transaction === undefined
    ? new EverportError('idle_session_timeout', 'terminating connection due to idle-session timeout')
    : new EverportError(
        'idle_in_transaction_timeout',
        'terminating connection due to idle-in-transaction timeout',
      )
}

function idleSetting(session: Session): string {
  return session.transaction === undefined ? 'idle_session_timeout' : 'idle_in_transaction_session_timeout'
}
