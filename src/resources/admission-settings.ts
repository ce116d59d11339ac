/** How a node protects itself under load. Part of a node's configuration; every value may change while the node runs. */
export interface AdmissionSettings {
  /** Queries that run at a time; the others wait in the order of their arrival. */
  readonly concurrentMax: number
  /** Queries that wait; one more is refused with 53300. */
  readonly queuedMax: number
  /** A query that has waited so long is refused with 53300. */
  readonly waitMs: number
  /** Of what all queries may use together: from here on new queries wait. */
  readonly memorySoftPercent: number
  /** Memory of the whole process, what the engine does not count included; undefined: derived from the queries' (see `processMegabytes`). */
  readonly processMegabytes: number | undefined
  readonly query: QueryBounds
  readonly timeouts: SessionTimeouts
  readonly groups: readonly GroupSettings[]
  /** The first that fits decides; a query that none fits is of the group `default`. */
  readonly rules: readonly GroupRule[]
  readonly roles: readonly RoleSettings[]
}

/** What one query may use; more memory ends it with 53200, unless the engine can go on in temporary files. */
export interface QueryBounds {
  /** Undefined: half of what all queries of the node may use. */
  readonly memoryMegabytes: number | undefined
  readonly spillMegabytes: number
}

/** Defaults of PostgreSQL's settings of these names; 0 is no limit. */
export interface SessionTimeouts {
  readonly statementMs: number
  readonly idleSessionMs: number
  readonly idleInTransactionMs: number
  /** Here: how long a statement may wait for its turn. */
  readonly lockMs: number
}

/** A resource group. What is undefined is bounded by the node alone. */
export interface GroupSettings {
  readonly name: string
  /** Its share of the turns while several groups wait. */
  readonly weight: number
  readonly concurrentMax: number | undefined
  readonly queuedMax: number | undefined
  readonly waitMs: number | undefined
  readonly memoryMegabytes: number | undefined
  readonly spillMegabytes: number | undefined
}

/** What is undefined fits everything. */
export interface GroupRule {
  readonly group: string
  /** A role, or one that the user is a member of; `*` stands for any characters. */
  readonly role: string | undefined
  /** application_name; `*` stands for any characters. */
  readonly application: string | undefined
  /** An address or a network, such as 10.0.0.0/8. */
  readonly address: string | undefined
  /** Hours of the day in UTC, from the first up to the second, which may be smaller: 22-6. */
  readonly hours: readonly [from: number, to: number] | undefined
}

/** Bounds of one role on each node. */
export interface RoleSettings {
  readonly role: string
  readonly connectionsMax: number | undefined
  readonly concurrentMax: number | undefined
  readonly queuedMax: number | undefined
  readonly timeouts: Partial<SessionTimeouts>
}

export const defaultGroup = 'default'

export const defaultAdmission: AdmissionSettings = {
  concurrentMax: 32,
  queuedMax: 1_000,
  waitMs: 60_000,
  memorySoftPercent: 80,
  processMegabytes: undefined,
  query: { memoryMegabytes: undefined, spillMegabytes: 4_096 },
  timeouts: { statementMs: 0, idleSessionMs: 0, idleInTransactionMs: 0, lockMs: 0 },
  groups: [],
  rules: [],
  roles: [],
}

/** The process itself, with a thousand sessions at rest. */
const restMegabytes = 512

/** What the process may use in all. */
export function processMegabytes(settings: AdmissionSettings, memoryLimitMegabytes: number): number {
  return settings.processMegabytes ?? memoryLimitMegabytes + restMegabytes
}

/**
 * What the process ends at, before the kernel ends whatever it finds largest: twice what it may use. A smaller bound that was set
 * ends queries sooner, and not the node.
 */
export function exhaustedMegabytes(settings: AdmissionSettings, memoryLimitMegabytes: number): number {
  return 2 * Math.max(processMegabytes(settings, memoryLimitMegabytes), memoryLimitMegabytes + restMegabytes)
}

/** What one query of a group may use. */
export function queryBounds(
  settings: AdmissionSettings,
  memoryLimitMegabytes: number,
  group: string,
): { readonly memoryMegabytes: number; readonly spillMegabytes: number } {
  const own = settings.groups.find(({ name }) => name === group)
  const half = Math.ceil(memoryLimitMegabytes / 2)
  return {
    memoryMegabytes: Math.min(
      memoryLimitMegabytes,
      own?.memoryMegabytes ?? settings.query.memoryMegabytes ?? half,
    ),
    spillMegabytes: own?.spillMegabytes ?? settings.query.spillMegabytes,
  }
}
