import type {
  BalancerSnapshot,
  ListenerSnapshot,
  TargetGroupSnapshot,
  TargetSnapshot,
} from '../selection/balancer-snapshot.ts'
import { selectTarget, selectTargetGroup } from '../selection/select-target.ts'
import { type TargetPool, targetPool } from '../selection/target-pool.ts'
import type { TargetStates } from '../selection/target-state.ts'

/** A snapshot and the states of its targets, made ready for choosing. Never changes. */
export interface Routing {
  readonly snapshot: BalancerSnapshot
  listener(port: number): ListenerSnapshot | undefined
  /** The next target for a flow by its hash, after those `tried`. */
  select(port: number, hash: number, tried: readonly TargetSnapshot[]): TargetSnapshot | undefined
  /** Whether a connection that has just been opened may go on: nothing changed for its target meanwhile. */
  mayStart(key: string): boolean
  isFailOpen(key: string): boolean
  /**
   * Whether flows of this target are reset: it is unhealthy, connection termination is on, and somebody healthy could serve instead
   * (AWS: no reset when the unhealthy target makes the group fail open).
   */
  mustReset(key: string): boolean
  /** Keys of all registered targets. */
  readonly targets: ReadonlyMap<string, TargetGroupSnapshot>
}

export function routing(snapshot: BalancerSnapshot, states: TargetStates): Routing {
  const listeners = new Map(snapshot.listeners.map(listener => [listener.port, listener]))
  const groups = new Map(snapshot.targetGroups.map(group => [group.name, group]))
  const targets = new Map(
    snapshot.targetGroups.flatMap(group => group.targets.map(target => [target.key, group] as const)),
  )
  const pools = new Map<string, TargetPool>()
  /** Tables are made when first needed: many health changes at once, of many targets, make one table each. */
  const poolOf = (group: TargetGroupSnapshot): TargetPool => {
    const known = pools.get(group.name)
    if (known !== undefined) return known
    const pool = targetPool(group, states, snapshot.zone)
    pools.set(group.name, pool)
    return pool
  }
  const stateOf = (key: string): string => states.get(key)?.state ?? 'initial'
  const isFailOpen = (key: string): boolean => {
    const group = targets.get(key)
    return group !== undefined && poolOf(group).failOpen
  }
  const mustReset = (key: string): boolean =>
    stateOf(key) === 'unhealthy' && targets.get(key)?.resetsWhenUnhealthy === true && !isFailOpen(key)
  return {
    snapshot,
    targets,
    listener: port => listeners.get(port),
    select(port, hash, tried) {
      const name = selectTargetGroup(listeners.get(port)?.forward ?? [], hash)
      const group = name === undefined ? undefined : groups.get(name)
      return group === undefined ? undefined : selectTarget(poolOf(group), hash, tried)
    },
    mayStart(key) {
      const state = stateOf(key)
      return targets.has(key) && state !== 'draining' && state !== 'unused' && !mustReset(key)
    },
    isFailOpen,
    mustReset,
  }
}
