/** A target as far as the guard looks. */
export interface GuardedTarget {
  readonly key: string
  readonly group: string
  readonly isHealthy: boolean
  /** Of its group; undefined: no bound. */
  readonly removalPercentPerMinute: number | undefined
}

/** Why a failure is not believed. */
export type Doubt = 'checker sick' | 'removal limited'

/**
 * Stands between failed probes and what they would take out. Two mistakes of load balancers that outages were made of (2025: checkers whose
 * own network lagged took healthy zones out of service) are caught here: a checker that cannot check, and a checker that takes out
 * everything at once.
 */
export interface RemovalGuard {
  /** One probe of a target has ended. */
  hear(key: string, passed: boolean, nowMs: number): void
  /** The balancer has checked itself, in the same way as it checks targets. */
  hearSelf(passed: boolean, nowMs: number): void
  /**
   * Asked for the failed probe that would make a target unhealthy; the answer stands for this probe alone.
   *
   * | own check last | of the targets that were healthy, since     | removals of the group in the last     | the failure is           |
   * |                | the own check failed                        | minute, with this one, over the bound |                          |
   * |----------------|---------------------------------------------|---------------------------------------|--------------------------|
   * | failed         | fewer than half have passed                 | any                                   | doubted: checker sick    |
   * | failed         | half or more have passed                    | no                                    | believed                 |
   * | passed         | any                                         | no                                    | believed                 |
   * | not the first row                                            || yes                                   | doubted: removal limited |
   *
   * The first target of a group may always go, and one that is not healthy is no capacity. Words of a supervisor and refused connects of
   * clients are no probes: they are believed at once. The bound does not weigh against fail-open: a group that fails open routes to
   * all of its targets whatever the verdicts are.
   */
  doubts(key: string, nowMs: number, targets: readonly GuardedTarget[]): Doubt | undefined
  /** While true, what probes say against targets changes nothing. */
  isSick(targets: readonly GuardedTarget[]): boolean
  /** Forgets targets that are not checked any more. */
  keep(keys: ReadonlySet<string>): void
}

const minuteMs = 60_000

interface LastProbe {
  readonly passed: boolean
  readonly atMs: number
}

export function removalGuard(): RemovalGuard {
  const last = new Map<string, LastProbe>()
  /** When probes took a healthy target out, by group, oldest first. */
  const removals = new Map<string, number[]>()
  let selfFailedAtMs: number | undefined

  /** One that is unhealthy already says nothing about the checker; one that has not been probed since may fail as well as pass. */
  const isSick = (targets: readonly GuardedTarget[]): boolean => {
    const since = selfFailedAtMs
    if (since === undefined) return false
    const watched = targets.filter(target => target.isHealthy)
    const passed = watched.filter(({ key }) => {
      const probe = last.get(key)
      return probe?.passed === true && probe.atMs >= since
    })
    return passed.length * 2 < watched.length
  }
  const recentRemovals = (group: string, nowMs: number): number[] => {
    const recent = (removals.get(group) ?? []).filter(at => nowMs - at < minuteMs)
    removals.set(group, recent)
    return recent
  }

  return {
    hear(key, passed, nowMs) {
      last.set(key, { passed, atMs: nowMs })
    },
    hearSelf(passed, nowMs) {
      selfFailedAtMs = passed ? undefined : (selfFailedAtMs ?? nowMs)
    },
    doubts(key, nowMs, targets) {
      if (isSick(targets)) return 'checker sick'
      const own = targets.find(target => target.key === key)
      if (own?.isHealthy !== true) return undefined
      const recent = recentRemovals(own.group, nowMs)
      const { removalPercentPerMinute: percent } = own
      if (percent !== undefined && recent.length > 0) {
        const members = targets.filter(target => target.group === own.group)
        if ((recent.length + 1) * 100 > members.length * percent) return 'removal limited'
      }
      recent.push(nowMs)
      return undefined
    },
    isSick,
    keep(keys) {
      for (const key of last.keys()) if (!keys.has(key)) last.delete(key)
    },
  }
}
