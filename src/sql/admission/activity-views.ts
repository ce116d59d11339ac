import { literalWithoutZeros } from '../../base/sql-text.ts'
import { type AdmissionSettings, defaultGroup, queryBounds } from '../../resources/admission-settings.ts'
import type { SessionActivity } from '../engine/engine.ts'
import type { AdmittedQuery } from './query-registry.ts'

export interface ActivitySources {
  readonly now: () => number
  readonly queries: () => readonly AdmittedQuery[]
  readonly sessions: () => readonly SessionActivity[]
  readonly settings: () => AdmissionSettings
  readonly connectionsMax: () => number
  readonly memoryLimitMegabytes: () => number
}

type Value = string | number | null
type ColumnType = 'INTEGER' | 'BIGINT' | 'VARCHAR'

interface Table {
  readonly columns: readonly (readonly [name: string, type: ColumnType])[]
  readonly rows: readonly (readonly Value[])[]
}

/**
 * The relations of schema `everport` as subqueries for the engine: what runs and waits on this node, who is connected, and the bounds. Who does not
 * administer sees what is his own.
 */
export function activityViews(
  sources: ActivitySources,
): (name: string, viewer: { readonly role: string; readonly isAdmin: boolean }) => string | undefined {
  return (name, { role, isAdmin }) => {
    const mine = <T extends { readonly user: string }>(all: readonly T[]): readonly T[] =>
      isAdmin ? all : all.filter(({ user }) => user === role)
    switch (name) {
      case 'queries':
        return asSubquery(queriesTable(mine(sources.queries()), sources.now()))
      case 'sessions':
        return asSubquery(sessionsTable(mine(sources.sessions())))
      case 'limits':
        return asSubquery(limitsTable(sources))
      default:
        return undefined
    }
  }
}

function queriesTable(queries: readonly AdmittedQuery[], now: number): Table {
  return {
    columns: [
      ['pid', 'INTEGER'],
      ['usename', 'VARCHAR'],
      ['application_name', 'VARCHAR'],
      ['client_addr', 'VARCHAR'],
      ['resource_group', 'VARCHAR'],
      ['state', 'VARCHAR'],
      ['waited_ms', 'BIGINT'],
      ['running_ms', 'BIGINT'],
      ['memory_bytes', 'BIGINT'],
      ['memory_bytes_max', 'BIGINT'],
      ['query', 'VARCHAR'],
    ],
    rows: queries.map(query => {
      const isRunning = query.state === 'running'
      return [
        query.processId,
        query.user,
        query.applicationName,
        query.clientAddress,
        query.group,
        query.state,
        Math.round((isRunning ? query.startedAt : now) - query.askedAt),
        isRunning ? Math.round(now - query.startedAt) : null,
        query.memoryBytes,
        query.memoryBytesMax,
        query.statement,
      ]
    }),
  }
}

function sessionsTable(sessions: readonly SessionActivity[]): Table {
  return {
    columns: [
      ['pid', 'INTEGER'],
      ['usename', 'VARCHAR'],
      ['application_name', 'VARCHAR'],
      ['client_addr', 'VARCHAR'],
      ['client_port', 'INTEGER'],
      ['state', 'VARCHAR'],
      ['session_ms', 'BIGINT'],
      ['state_ms', 'BIGINT'],
    ],
    rows: sessions.map(session => [
      session.processId,
      session.user,
      session.applicationName,
      session.clientAddress,
      session.clientPort,
      session.state,
      Math.round(session.sessionMs),
      Math.round(session.stateMs),
    ]),
  }
}

const megabyte = 1024 * 1024

/** The node, then groups, then roles. What a group or role has no bound of its own for is null. */
function limitsTable(sources: ActivitySources): Table {
  const settings = sources.settings()
  const queries = sources.queries()
  const sessions = sources.sessions()
  const count = (
    state: 'running' | 'waiting',
    fits: (query: AdmittedQuery) => boolean = () => true,
  ): number => queries.filter(query => query.state === state && fits(query)).length
  const memory = (group: string): Value[] => {
    const bounds = queryBounds(settings, sources.memoryLimitMegabytes(), group)
    return [bounds.memoryMegabytes * megabyte, bounds.spillMegabytes * megabyte]
  }
  const ofNode = [settings.concurrentMax, count('running'), settings.queuedMax, count('waiting')]
  const connections = [sources.connectionsMax(), sessions.length]
  const node = ['node', null, ...ofNode, settings.waitMs, ...connections, ...memory(defaultGroup)]
  const groups = settings.groups.map(group => {
    const isIn = (query: AdmittedQuery): boolean => query.group === group.name
    const { name, concurrentMax = null, queuedMax = null, waitMs = null } = group
    const counts = [concurrentMax, count('running', isIn), queuedMax, count('waiting', isIn)]
    return ['group', name, ...counts, waitMs, null, null, ...memory(name)]
  })
  const roles = settings.roles.map(role => {
    const isBy = ({ user }: { readonly user: string }): boolean => user === role.role
    const { concurrentMax = null, queuedMax = null, connectionsMax = null } = role
    const counts = [concurrentMax, count('running', isBy), queuedMax, count('waiting', isBy)]
    return ['role', role.role, ...counts, null, connectionsMax, sessions.filter(isBy).length, null, null]
  })
  return {
    columns: [
      ['scope', 'VARCHAR'],
      ['name', 'VARCHAR'],
      ['concurrent_max', 'INTEGER'],
      ['running', 'INTEGER'],
      ['queued_max', 'INTEGER'],
      ['waiting', 'INTEGER'],
      ['wait_ms', 'BIGINT'],
      ['connections_max', 'INTEGER'],
      ['connections', 'INTEGER'],
      ['query_memory_bytes', 'BIGINT'],
      ['query_spill_bytes', 'BIGINT'],
    ],
    rows: [node, ...groups, ...roles],
  }
}

function asSubquery({ columns, rows }: Table): string {
  const empty = columns.map(() => 'NULL').join(', ')
  const values =
    rows.length === 0 ? `(${empty})` : rows.map(row => `(${row.map(sqlValue).join(', ')})`).join(', ')
  const names = columns.map((_, i) => `c${i}`)
  const shown = columns.map(([name, type], i) => `CAST(c${i} AS ${type}) AS "${name}"`)
  return `(SELECT ${shown.join(', ')} FROM (VALUES ${values}) AS v(${names.join(', ')})${rows.length === 0 ? ' WHERE false' : ''})`
}

function sqlValue(value: Value): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : literalWithoutZeros(value)
}
