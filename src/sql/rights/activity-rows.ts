import type { PreparedName, SessionActivity } from '../engine/engine.ts'
import { hashOf } from '../pgcatalog/object-oid.ts'
import type { Row } from '../pgcatalog/row.ts'
import { type AccessState, actsAs, isSuperuser } from './access-state.ts'
import { roleOids } from './role-rows.ts'

export interface ActiveSession extends SessionActivity {
  /** Its statement waits for its turn. */
  readonly isQueued: boolean
}

export interface ActivitySource {
  readonly sessions: () => readonly ActiveSession[]
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  readonly database: string
}

/** Who may see what others do: themselves, who acts as them, and admins. As in PostgreSQL, the rest sees that they are there. */
export function activityRows(
  access: AccessState,
  viewer: string,
  { sessions, wallMs, database }: ActivitySource,
): Row[] {
  const oids = roleOids(access)
  const now = wallMs()
  const visible = isSuperuser(access, viewer) ? undefined : actsAs(access, viewer)
  const before = (ageMs: number | undefined): string | null =>
    ageMs === undefined ? null : new Date(now - ageMs).toISOString()
  const datid = hashOf(`database ${JSON.stringify(database)}`)
  return sessions().map(session => {
    const { processId, user, applicationName } = session
    const shown = {
      datid,
      datname: database,
      pid: processId,
      usesysid: oids.get(user) ?? 0,
      usename: user,
      application_name: applicationName,
    }
    if (visible?.has(user) === false) return { ...shown, query: '<insufficient privilege>' }
    return {
      ...shown,
      client_addr: session.clientAddress,
      client_port: session.clientPort,
      backend_start: before(session.sessionMs),
      xact_start: before(session.transactionMs),
      query_start: before(session.queryMs),
      state_change: before(session.stateMs),
      ...waitOf(session),
      state: session.state,
      query: session.query,
      backend_type: 'client backend',
    }
  })
}

function waitOf({ state, isQueued }: ActiveSession): Row {
  if (isQueued) return { wait_event_type: 'Extension', wait_event: 'AdmissionQueue' }
  if (state === 'active') return {}
  return { wait_event_type: 'Client', wait_event: 'ClientRead' }
}

export function preparedRows(prepared: readonly PreparedName[], wallMs: number): Row[] {
  return prepared.map(({ name, statement, ageMs, parameterTypeOids, isFromSql }) => ({
    name,
    statement,
    prepare_time: new Date(wallMs - ageMs).toISOString(),
    parameter_types: parameterTypeOids,
    from_sql: isFromSql,
    generic_plans: 0,
    custom_plans: 0,
  }))
}
