import { settingValue } from './session-settings.ts'
import type { Session } from './session-state.ts'

/** One session as pg_stat_activity shows it. */
export interface SessionActivity {
  readonly processId: number
  readonly user: string
  readonly applicationName: string
  readonly clientAddress: string
  readonly clientPort: number
  readonly state: 'starting' | 'idle' | 'active' | 'idle in transaction' | 'idle in transaction (aborted)'
  /** How long the session is open, and in this state. */
  readonly sessionMs: number
  readonly stateMs: number
}

export function sessionActivity(
  session: Session,
  seen: Pick<SessionActivity, 'clientAddress' | 'clientPort' | 'sessionMs' | 'stateMs'>,
): SessionActivity {
  return {
    processId: session.key.processId,
    user: session.login?.user ?? '',
    applicationName: settingValue(session.settings.current, 'application_name'),
    state: stateOf(session),
    ...seen,
  }
}

function stateOf({ state, transaction, isInSeries }: Session): SessionActivity['state'] {
  if (state.kind === 'running' || ((state.kind === 'ready' || state.kind === 'skipping') && isInSeries))
    return 'active'
  if (state.kind !== 'ready' && state.kind !== 'skipping') return 'starting'
  if (transaction === undefined) return 'idle'
  return transaction.failed ? 'idle in transaction (aborted)' : 'idle in transaction'
}
