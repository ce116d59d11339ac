import type { ProcessState } from '../../resources/status.ts'
import type { Verdict } from './verdict.ts'

/** The targets of one target group that count: registered, not draining, not unused. */
export interface GroupTargets {
  readonly targetGroup: string
  readonly targets: readonly { readonly zone: string; readonly healthy: boolean }[]
  readonly minimum: HealthyMinimum
  /** Targets of every zone count for each zone. */
  readonly crossZone: boolean
}

/** `target_group_health.dns_failover.minimum_healthy_targets.*`; 0 is 'off'. */
export interface HealthyMinimum {
  readonly count: number
  readonly percentage: number
}

export interface ObservedZone {
  /** Its heartbeat moves, by our own clock. */
  readonly isAlive: boolean
  /** The supervisor's word; undefined when there is none. */
  readonly process: ProcessState | undefined
  readonly groups: readonly GroupTargets[]
}

/**
 * Whether one zone of a load balancer has its address in DNS. The balancer itself works without healthy targets of its own zone (it falls
 * back to other zones) when it is asked; it leaves DNS all the same, as in AWS.
 *
 * | supervisor's word                             | heartbeat | targets of the zone                    | in DNS |
 * |-----------------------------------------------|-----------|----------------------------------------|--------|
 * | stopping, stopped, backing-off, crash-looping | any       | any                                    | no     |
 * | any other, or none                            | stale     | any                                    | no     |
 * | "                                             | fresh     | none in any group                      | no     |
 * | "                                             | fresh     | a group that has some is below minimum | no     |
 * | "                                             | fresh     | each group that has some has enough    | yes    |
 */
export function zonalHealth(zone: string, observed: ObservedZone): Verdict {
  const word = observed.process
  if (isWordOfDeath(word)) return unhealthy(`zone ${zone}: its balancer is ${word}`)
  if (!observed.isAlive) return unhealthy(`zone ${zone}: its balancer is silent`)
  const groups = observed.groups.map(group => countIn(zone, group)).filter(group => group.total > 0)
  if (groups.length === 0) return unhealthy(`zone ${zone}: no target registered`)
  const short = groups.find(isShort)
  if (short !== undefined)
    return unhealthy(`zone ${zone}: ${short.targetGroup} has ${short.healthy} healthy of ${short.total}`)
  return { healthy: true, reason: `zone ${zone} healthy` }
}

export function isWordOfDeath(word: ProcessState | undefined): boolean {
  return word !== undefined && wordsOfDeath.has(word)
}

/** 'stopping' is a promise to be gone soon: new clients are better sent elsewhere. */
const wordsOfDeath: ReadonlySet<ProcessState> = new Set([
  'stopping',
  'stopped',
  'backing-off',
  'crash-looping',
])

interface Count {
  readonly targetGroup: string
  readonly total: number
  readonly healthy: number
  readonly minimum: HealthyMinimum
}

function countIn(zone: string, group: GroupTargets): Count {
  const own = group.targets.filter(target => group.crossZone || target.zone === zone)
  const healthy = own.filter(target => target.healthy).length
  return { targetGroup: group.targetGroup, total: own.length, healthy, minimum: group.minimum }
}

function isShort({ total, healthy, minimum }: Count): boolean {
  return healthy < minimum.count || healthy * 100 < minimum.percentage * total
}

function unhealthy(reason: string): Verdict {
  return { healthy: false, reason }
}
