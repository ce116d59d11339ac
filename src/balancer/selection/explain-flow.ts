import type { BalancerSnapshot, ListenerSnapshot, TargetSnapshot } from './balancer-snapshot.ts'
import { type FlowAddresses, ipProtocol, slotOf } from './flow-hash.ts'
import { takesTcp, takesUdp } from './listener-snapshot.ts'
import { type FlowChoice, type Routing, routing } from './routing.ts'
import type { TierRank } from './target-pool.ts'
import type { TargetState, TargetStates } from './target-state.ts'

/** Where the next flow of a client goes, and everything that was decided on the way. */
export interface ExplainedFlow {
  readonly loadBalancer: string
  readonly zone: string
  readonly protocol: 'tcp' | 'udp'
  readonly client: string
  readonly listener: string
  readonly target: string | undefined
  /** In words. */
  readonly reason: string
  readonly groups: readonly { readonly name: string; readonly weight: number; readonly isChosen: boolean }[]
  /** Absent where nothing was looked up. */
  readonly lookup?: FlowLookup
  /** All registered targets of the chosen group. */
  readonly targets: readonly ExplainedTarget[]
}

export interface FlowLookup {
  readonly hashOf: '5-tuple' | 'source address'
  /** Hexadecimal. */
  readonly hash: string
  readonly slot: number
  readonly slots: number
  readonly chosenFrom: TierRank
  readonly failOpen: boolean
  /** Whom the userspace engine tries after the first, should it refuse. */
  readonly thenTried: readonly string[]
}

export interface ExplainedTarget extends TargetState {
  readonly key: string
  readonly zone: string
  readonly weight: number
}

const triedMax = 3

/** Holds for every engine: all of them hash alike. An established flow keeps its target whatever this says. */
export function explainFlow(
  snapshot: BalancerSnapshot,
  states: TargetStates,
  flow: FlowAddresses,
): ExplainedFlow {
  const routes = routing(snapshot, states)
  const protocol = flow.protocol === ipProtocol.udp ? 'udp' : 'tcp'
  const listener = routes.listener(flow.destinationPort)
  const about = {
    loadBalancer: snapshot.loadBalancer,
    zone: snapshot.zone,
    protocol,
    client: `${flow.sourceAddress}:${flow.sourcePort}`,
    listener: `${flow.destinationAddress}:${flow.destinationPort}`,
  } as const
  const nobody = (reason: string, groups: ExplainedFlow['groups'] = []): ExplainedFlow => ({
    ...about,
    target: undefined,
    reason,
    groups,
    targets: [],
  })
  if (listener === undefined) return nobody(`no listener on port ${flow.destinationPort}${portsOf(snapshot)}`)
  if (!(protocol === 'tcp' ? takesTcp(listener) : takesUdp(listener)))
    return nobody(`the listener takes ${listener.protocol}, not ${protocol.toUpperCase()}`)
  if (!routes.mayCome(listener.port, protocol, flow.sourceAddress))
    return nobody('no security group of the load balancer lets that address in')
  const choice = routes.choose(listener.port, flow)
  const groups = groupsOf(listener, choice)
  if (choice === undefined) return nobody('no target group of the listener has a weight above 0', groups)
  return { ...about, groups, ...lookUp(routes, choice, listener), targets: targetsOf(choice, states) }
}

function lookUp(
  routes: Routing,
  choice: FlowChoice,
  listener: ListenerSnapshot,
): Pick<ExplainedFlow, 'target' | 'reason' | 'lookup'> {
  const pool = routes.pool(choice.group.name)
  const target = routes.select(choice, [])
  const tier = pool?.tiers.find(candidate => candidate.targets.some(({ key }) => key === target?.key))
  if (target === undefined || tier === undefined)
    return { target: undefined, reason: `${choice.group.name} has no target that may take a flow` }
  const slots = tier.table.length
  const { isSticky } = choice.group
  const failOpen = pool?.failOpen === true
  return {
    target: target.key,
    reason: `it has slot ${slotOf(choice.hash, slots)} of ${slots}, where the ${isSticky ? 'source address' : 'flow'} hashes to${failOpen ? '; fail open: too few are healthy' : ''}`,
    lookup: {
      hashOf: isSticky ? 'source address' : '5-tuple',
      hash: choice.hash.toString(16).padStart(8, '0'),
      slot: slotOf(choice.hash, slots),
      slots,
      chosenFrom: tier.rank,
      failOpen,
      thenTried: takesTcp(listener) ? nextOnes(routes, choice, target) : [],
    },
  }
}

function nextOnes(routes: Routing, choice: FlowChoice, first: TargetSnapshot): string[] {
  const tried = [first]
  while (tried.length <= triedMax) {
    const next = routes.select(choice, tried)
    if (next === undefined) break
    tried.push(next)
  }
  return tried.slice(1).map(({ key }) => key)
}

function groupsOf({ forward }: ListenerSnapshot, choice: FlowChoice | undefined): ExplainedFlow['groups'] {
  return forward.map(({ targetGroup: name, weight }) => ({
    name,
    weight,
    isChosen: choice?.group.name === name,
  }))
}

function targetsOf({ group }: FlowChoice, states: TargetStates): ExplainedTarget[] {
  return group.targets.map(({ key, zone, weight }) => ({
    key,
    zone,
    weight,
    ...(states.get(key) ?? { state: 'initial' as const }),
  }))
}

function portsOf({ listeners }: BalancerSnapshot): string {
  const ports = listeners.map(({ port }) => port)
  return ports.length === 0 ? '; there is none' : `; there are ${ports.join(', ')}`
}
