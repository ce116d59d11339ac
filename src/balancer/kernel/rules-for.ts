import { flowLinesPerSecondMax } from '../flow-log.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import type { Routing } from '../selection/routing.ts'
import { addBaseRules, collectionNames } from './base-rules.ts'
import { familyOf } from './family.ts'
import { addTargetGroup } from './group-rules.ts'
import { addListener } from './listener-rules.ts'
import { type Transport, untoldCounter } from './names.ts'
import { RuleDraft, type RuleSet } from './rule-set.ts'
import { transportsOf } from './transports-of.ts'

/**
 * The table of one balancer: pure, and the same for every balancer that knows the same. All listeners must be such that the kernel can
 * serve them (`listenerObstacle`). Undefined when the balancer has no address: then there is nothing to have rules for.
 */
export function rulesFor(routes: Routing, table: string): RuleSet | undefined {
  const { snapshot } = routes
  const { address, listeners, targetGroups } = snapshot
  if (address === undefined) return undefined
  const draft = new RuleDraft(familyOf(address), table)
  addBaseRules(draft)
  draft.element(collectionNames.addresses, address)
  const used = transportsByGroup(snapshot)
  for (const group of targetGroups) {
    const transports = used.get(group.name)
    const pool = routes.pool(group.name)
    if (transports !== undefined && pool !== undefined) addTargetGroup(draft, group, pool, transports)
  }
  if (snapshot.flowLog === 'sample') draft.chain(sampleChain, [sampleRule(draft)])
  const also = snapshot.flowLog === 'sample' ? [`jump ${sampleChain}`] : []
  for (const listener of listeners) addListener(draft, address, listener, also, name => used.has(name))
  return draft
}

const sampleChain = 'sample'

/**
 * So many flows a second are told of when they end, and of the others the kernel makes no event: an event costs as much as a tenth of
 * a short connection. It is decided when a flow begins, for when it ends its event is made already.
 */
function sampleRule(draft: RuleDraft): string {
  const perSecond = flowLinesPerSecondMax.sample
  return `limit rate over ${perSecond}/second burst ${perSecond} packets ${draft.counter(untoldCounter)} ct event set 0x0`
}

/** Groups that listeners forward to, and over what. One of weight 0 takes nothing new, and its flows are still counted. */
function transportsByGroup({ listeners, targetGroups }: BalancerSnapshot): Map<string, Set<Transport>> {
  const known = new Set(targetGroups.map(group => group.name))
  const used = new Map<string, Set<Transport>>()
  for (const listener of listeners) {
    for (const { targetGroup } of listener.forward) {
      if (!known.has(targetGroup)) continue
      const transports = used.get(targetGroup) ?? new Set<Transport>()
      for (const transport of transportsOf(listener)) transports.add(transport)
      used.set(targetGroup, transports)
    }
  }
  return used
}
