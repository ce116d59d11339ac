import type {
  BalancerSnapshot,
  ListenerSnapshot,
  TargetGroupSnapshot,
  TargetSnapshot,
} from './balancer-snapshot.ts'
import { type FlowAddresses, flowHash, groupHashSeed, sourceHash } from './flow-hash.ts'
import { selectTarget, selectTargetGroup } from './select-target.ts'
import { sourceFilter } from './source-rules.ts'
import { type TargetPool, targetPool } from './target-pool.ts'
import type { TargetStates } from './target-state.ts'

/** What is decided of a flow when its first packet comes; all that its choice depends on beside the tables. */
export interface FlowChoice {
  readonly group: TargetGroupSnapshot
  /** Of the 5-tuple, or of the source address alone with stickiness. */
  readonly hash: number
}

/** A snapshot and the states of its targets, made ready for choosing. Never changes. */
export interface Routing {
  readonly snapshot: BalancerSnapshot
  listener(port: number): ListenerSnapshot | undefined
  /** Whether a security group lets that source in; true for a port without listener. */
  mayCome(port: number, protocol: 'tcp' | 'udp', sourceAddress: string): boolean
  /** Group and hash of a flow to that listener; undefined when no group takes flows. */
  choose(port: number, flow: FlowAddresses): FlowChoice | undefined
  /** The next target for a flow, after those `tried`: by the tables of this routing, whichever the choice is from. */
  select(choice: FlowChoice, tried: readonly TargetSnapshot[]): TargetSnapshot | undefined
  /** Whom new flows of a group go to. */
  pool(targetGroup: string): TargetPool | undefined
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
  /** Compiled at the first client. */
  const filters = new Map<readonly string[], (address: string) => boolean>()
  const filterOf = (networks: readonly string[]): ((address: string) => boolean) => {
    const known = filters.get(networks) ?? sourceFilter(networks)
    filters.set(networks, known)
    return known
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
    mayCome: (port, protocol, address) => {
      const allowed = listeners.get(port)?.allowed
      return allowed === undefined || filterOf(allowed[protocol])(address)
    },
    choose(port, flow) {
      const listener = listeners.get(port)
      const group = listener === undefined ? undefined : groups.get(groupOf(listener, flow) ?? '')
      if (group === undefined) return undefined
      const hash = group.isSticky ? sourceHash(flow.sourceAddress) : flowHash(flow)
      return { group, hash }
    },
    select(choice, tried) {
      // Between two attempts the tables may have changed.
      const group = groups.get(choice.group.name)
      return group === undefined ? undefined : selectTarget(poolOf(group), choice.hash, tried)
    },
    pool(name) {
      const group = groups.get(name)
      return group === undefined ? undefined : poolOf(group)
    },
    mayStart(key) {
      const state = stateOf(key)
      return targets.has(key) && state !== 'draining' && state !== 'unused' && !mustReset(key)
    },
    isFailOpen,
    mustReset,
  }
}

/** A hash of its own only where there is a choice. */
function groupOf({ forward, isGroupSticky }: ListenerSnapshot, flow: FlowAddresses): string | undefined {
  const [only] = forward
  if (forward.length === 1 && only !== undefined) return only.weight === 0 ? undefined : only.targetGroup
  const hash = isGroupSticky ? sourceHash(flow.sourceAddress, groupHashSeed) : flowHash(flow, groupHashSeed)
  return selectTargetGroup(forward, hash)
}
