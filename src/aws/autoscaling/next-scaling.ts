import { unreachable } from '../../base/assert.ts'

/** One instance of a group. */
export interface ScalingMember {
  readonly id: string
  readonly zone: string
  /** When it was made, in the same clock as `nowMs`. */
  readonly launchedMs: number
  /**
   * 'pending': its process does not run yet. 'running': it does. 'gone': it was terminated or stopped by somebody else. 'leaving': it was
   * told to leave and drains.
   */
  readonly state: 'pending' | 'running' | 'leaving' | 'gone'
  /** Every target group of the group knows it. */
  readonly isRegistered: boolean
  /** By its process, and with ELB health checks by the load balancers too. */
  readonly isHealthy: boolean
  readonly isProtected: boolean
  /** Of one that leaves: no connection is left, or the time for it is over. */
  readonly isDrained: boolean
}

export interface ScalingGroup {
  readonly minSize: number
  readonly maxSize: number
  readonly desired: number
  readonly zones: readonly string[]
  /** How long after its launch nobody asks for a member's health. */
  readonly graceMs: number
  readonly members: readonly ScalingMember[]
  /** Target tracking on running queries; `runningQueries` is undefined while no member says. */
  readonly tracking:
    | {
        readonly target: number
        readonly runningQueries: number | undefined
        readonly isScaleInDisabled?: boolean
      }
    | undefined
}

/** What the loop remembers of a group from one step to the next. Starting empty is safe: it only waits longer. */
export interface ScalingMemory {
  /** Since when fewer members would do, without a break. */
  readonly lowSinceMs: number | undefined
  /** No launch before this: the last one failed. */
  readonly launchNotBeforeMs: number
}

export const emptyMemory: ScalingMemory = { lowSinceMs: undefined, launchNotBeforeMs: 0 }

export type ScalingAction =
  | { readonly do: 'desire'; readonly capacity: number; readonly reason: string }
  | { readonly do: 'launch'; readonly zone: string; readonly reason: string }
  | { readonly do: 'register'; readonly id: string }
  /** Takes it out of its target groups: no new connections; those that are there may finish. */
  | { readonly do: 'retire'; readonly id: string; readonly reason: string }
  | { readonly do: 'terminate'; readonly id: string }
  /** It is not the group's any more. */
  | { readonly do: 'forget'; readonly id: string }

/** Fewer members must do for this long before one leaves: queries come in waves. */
export const scaleInAfterMs = 60_000

type Step = readonly [ScalingMemory, readonly ScalingAction[]]

/**
 * What to do next for one group. Pure; called again and again, it comes to rest when everything is as desired.
 *
 * | seen                                                     | done                                                       |
 * |----------------------------------------------------------|------------------------------------------------------------|
 * | desired below min or above max                           | it is set to the bound                                     |
 * | more running queries a member than the target            | desired goes to what the target asks for, at once          |
 * | fewer, also with one member less, for a minute           | desired goes down by one                                   |
 * | a member whose process runs, not in its target groups    | it is registered                                           |
 * | a member unhealthy, its grace over                       | it is retired                                              |
 * | fewer members than desired                               | launched, each in the zone that has fewest                 |
 * | more members than desired                                | retired: of the zone with most, the oldest; not protected  |
 * | a retired member drained                                 | terminated                                                 |
 * | a member terminated or stopped by somebody else          | forgotten, and so replaced                                 |
 */
export function nextScaling(group: ScalingGroup, memory: ScalingMemory, nowMs: number): Step {
  const [lowSinceMs, desire] = tracked(group, memory.lowSinceMs, nowMs)
  const desired = desire?.do === 'desire' ? desire.capacity : group.desired
  const gone = group.members.filter(({ state }) => state === 'gone')
  const leaving = group.members.filter(({ state }) => state === 'leaving')
  const active = group.members.filter(({ state }) => state === 'pending' || state === 'running')
  const bad = active.filter(member => !member.isHealthy && nowMs - member.launchedMs >= group.graceMs)
  const kept = active.filter(member => !bad.includes(member))
  const surplus = leavers(kept, kept.length - desired)
  return [
    { ...memory, lowSinceMs },
    [
      ...(desire === undefined ? [] : [desire]),
      ...gone.map(({ id }): ScalingAction => ({ do: 'forget', id })),
      ...leaving
        .filter(({ isDrained }) => isDrained)
        .map(({ id }): ScalingAction => ({ do: 'terminate', id })),
      ...bad.map(({ id }): ScalingAction => ({ do: 'retire', id, reason: 'it was found unhealthy' })),
      ...surplus.map(
        ({ id }): ScalingAction => ({ do: 'retire', id, reason: `desired capacity is ${desired}` }),
      ),
      ...kept
        .filter(member => member.state === 'running' && !member.isRegistered && !surplus.includes(member))
        .map(({ id }): ScalingAction => ({ do: 'register', id })),
      ...(nowMs < memory.launchNotBeforeMs ? [] : launches(group.zones, kept, desired)),
    ],
  ]
}

/** Since when fewer would do, and the change of the desired capacity, if any. */
function tracked(
  group: ScalingGroup,
  lowSinceMs: number | undefined,
  nowMs: number,
): readonly [number | undefined, ScalingAction | undefined] {
  const { desired, minSize, maxSize, tracking } = group
  const within = (capacity: number): number => Math.min(maxSize, Math.max(minSize, capacity))
  if (within(desired) !== desired) {
    const bound = desired < minSize ? `the minimum is ${minSize}` : `the maximum is ${maxSize}`
    return [undefined, { do: 'desire', capacity: within(desired), reason: bound }]
  }
  if (tracking?.runningQueries === undefined) return [undefined, undefined]
  const { target, runningQueries } = tracking
  const asked = within(Math.ceil(runningQueries / target))
  const reason = `${runningQueries} queries run, ${target} a member are the target`
  if (asked > desired) return [undefined, { do: 'desire', capacity: asked, reason }]
  if (asked === desired || tracking.isScaleInDisabled === true) return [undefined, undefined]
  const since = lowSinceMs ?? nowMs
  if (nowMs - since < scaleInAfterMs) return [since, undefined]
  return [nowMs, { do: 'desire', capacity: desired - 1, reason }]
}

/** Of the zone that has most, the oldest; as often as there are too many. Protected ones stay. */
function leavers(members: readonly ScalingMember[], count: number): ScalingMember[] {
  const chosen: ScalingMember[] = []
  while (chosen.length < count) {
    const left = members.filter(member => !chosen.includes(member))
    const inZone = (zone: string): number => left.filter(member => member.zone === zone).length
    const [next] = left
      .filter(({ isProtected }) => !isProtected)
      .sort(
        (a, b) => inZone(b.zone) - inZone(a.zone) || a.launchedMs - b.launchedMs || (a.id < b.id ? -1 : 1),
      )
    if (next === undefined) break
    chosen.push(next)
  }
  return chosen
}

function launches(
  zones: readonly string[],
  members: readonly ScalingMember[],
  desired: number,
): ScalingAction[] {
  const counts = new Map(zones.map(zone => [zone, members.filter(member => member.zone === zone).length]))
  const actions: ScalingAction[] = []
  for (let missing = desired - members.length; missing > 0; missing--) {
    const [zone, count] = [...counts].reduce((least, next) => (next[1] < least[1] ? next : least))
    counts.set(zone, count + 1)
    actions.push({ do: 'launch', zone, reason: `desired capacity is ${desired}` })
  }
  return actions
}

/** For the list of activities. */
export function actionText(action: ScalingAction): string {
  switch (action.do) {
    case 'desire':
      return `Setting desired capacity to ${action.capacity}: ${action.reason}`
    case 'launch':
      return `Launching a new EC2 instance in ${action.zone}: ${action.reason}`
    case 'register':
      return `Registering EC2 instance: ${action.id}`
    case 'retire':
      return `Taking EC2 instance out of service: ${action.id}, since ${action.reason}`
    case 'terminate':
      return `Terminating EC2 instance: ${action.id}`
    case 'forget':
      return `EC2 instance is gone: ${action.id}`
    default:
      return unreachable(action)
  }
}
