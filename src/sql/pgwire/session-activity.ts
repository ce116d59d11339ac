import type { PreparedName, SessionActivity } from '../engine/engine.ts'
import { settingValue } from './session-settings.ts'
import type { Session } from './session-state.ts'

/** PostgreSQL's track_activity_query_size, in characters. */
const shownQueryMax = 1_024

export function sessionActivity(
  session: Session,
  now: number,
  seen: Pick<SessionActivity, 'clientAddress' | 'clientPort' | 'sessionMs' | 'stateMs'>,
): SessionActivity {
  const { asked, transaction } = session
  const state = stateOf(session)
  // Outside a block, a statement that runs is a transaction of its own.
  const startedAt = transaction?.startedAt ?? (state === 'active' ? asked?.at : undefined)
  return {
    processId: session.key.processId,
    user: session.login?.user ?? '',
    applicationName: settingValue(session.settings.current, 'application_name'),
    state,
    query: (asked?.text ?? '').slice(0, shownQueryMax),
    queryMs: asked && now - asked.at,
    transactionMs: startedAt === undefined ? undefined : now - startedAt,
    ...seen,
  }
}

/** What a session has prepared under a name, as pg_prepared_statements shows it. */
export function preparedNames({ statements }: Session, now: number): PreparedName[] {
  return [...statements]
    .filter(([name]) => name !== '')
    .map(([name, { text, parameterTypeOids, isFromSql, preparedAt }]) => ({
      name,
      statement: text,
      ageMs: now - preparedAt,
      parameterTypeOids,
      isFromSql,
    }))
}

function stateOf({ state, transaction, isInSeries }: Session): SessionActivity['state'] {
  if (state.kind === 'running' || ((state.kind === 'ready' || state.kind === 'skipping') && isInSeries))
    return 'active'
  if (state.kind !== 'ready' && state.kind !== 'skipping') return 'starting'
  if (transaction === undefined) return 'idle'
  return transaction.failed ? 'idle in transaction (aborted)' : 'idle in transaction'
}
