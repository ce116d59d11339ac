import type { TargetGroupSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { TargetPool } from '../selection/target-pool.ts'
import { collectionNames } from './base-rules.ts'
import { destination } from './family.ts'
import { slotExpression } from './listener-rules.ts'
import { counterOf, endpointName, openedCounter, sparedCounter, type Transport } from './names.ts'
import { numberType, type RuleDraft } from './rule-set.ts'
import { slotTargets } from './slot-targets.ts'

/** A translation of ports wants to be told that there are ports. */
function isTransport(transports: ReadonlySet<Transport>): string {
  const [only = 'tcp', other] = transports
  return `meta l4proto ${other === undefined ? only : `{ ${only}, ${other} }`}`
}

export const groupChain = (group: string): string => `group_${group}`

/** How long a target that answered SYN with RST gets no flow that another could take. Longer than the balancer needs to hear of it. */
const refusalSeconds = 2

/**
 * The targets of a group, by slot. A target that refuses a connection is passed over for a moment, by the kernel itself: the next
 * flow of its slots goes where `selectTarget` would have it go. A group without a target falls through.
 */
export function addTargetGroup(
  draft: RuleDraft,
  group: TargetGroupSnapshot,
  pool: TargetPool,
  transports: ReadonlySet<Transport>,
): void {
  const { first, spare } = slotTargets(pool)
  const slot = slotExpression(draft.family, first.length, group.isSticky)
  const chainOf = (target: TargetSnapshot): string => `target_${group.name}_${endpointName(target)}`
  const refused = refusedRule(draft, group.name, spare, slot, transports)
  for (const target of new Set(first))
    draft.chain(chainOf(target), [
      ...(refused === undefined ? [] : [`meta l4proto @refused_${endpointName(target)} ${refused}`]),
      `${draft.counter(openedCounter(group.name, target))} ${isTransport(transports)} dnat to ${destination(draft.family, target)}`,
    ])
  const only = onlyOne(first)
  const slots = `slots_${group.name}`
  if (first.length > 0 && only === undefined) {
    draft.collection(slots, 'map', `${numberType} : verdict;`)
    for (const [at, target] of first.entries()) draft.element(slots, String(at), `goto ${chainOf(target)}`)
  }
  const choice = only === undefined ? `${slot} vmap @${slots}` : `goto ${chainOf(only)}`
  draft.chain(groupChain(group.name), first.length === 0 ? [] : [choice])
  for (const target of group.targets) addEndpoint(draft, group, target, transports)
}

/** Where a flow goes whose target has just refused one; undefined when there is nobody else. */
function refusedRule(
  draft: RuleDraft,
  group: string,
  spare: readonly TargetSnapshot[],
  slot: string,
  transports: ReadonlySet<Transport>,
): string | undefined {
  if (spare.length === 0) return undefined
  const count = `${isTransport(transports)} ${draft.counter(sparedCounter(group))}`
  const only = onlyOne(spare)
  if (only !== undefined) return `${count} dnat to ${destination(draft.family, only)}`
  const { name: ip, addressType } = draft.family
  const spares = `spares_${group}`
  // Addresses rather than chains: the kernel follows every way through the chains at each change, and ways would multiply.
  draft.collection(spares, 'map', `type mark : ${addressType} . inet_service;`)
  for (const [at, { address, port }] of spare.entries())
    draft.element(spares, String(at), `${address} . ${port}`)
  return `${count} meta mark set ${slot} dnat ${ip} to meta mark map @${spares}`
}

/** When all slots lead to one target no table is needed, and a change is one rule. */
function onlyOne(slots: readonly TargetSnapshot[]): TargetSnapshot | undefined {
  return slots.every(target => target === slots[0]) ? slots[0] : undefined
}

/** What is counted of an address and port, also of a target that takes no new flows: its old ones go on. */
function addEndpoint(
  draft: RuleDraft,
  group: TargetGroupSnapshot,
  target: TargetSnapshot,
  transports: ReadonlySet<Transport>,
): void {
  if (target.address === '') return
  const names = collectionNames
  const endpoint = endpointName(target)
  const refused = `refused_${endpoint}`
  if (!draft.collections.has(refused)) {
    draft.collection(refused, 'set', 'type inet_proto; flags dynamic,timeout; size 16;', 'packets')
    draft.chain(`refusal_${endpoint}`, [
      `${draft.counter(counterOf('refusals', endpoint))} update @${refused} { meta l4proto timeout ${refusalSeconds}s }`,
    ])
  }
  for (const [set, kind] of [
    [names.bytesTo, 'bytes-to'],
    [names.bytesFrom, 'bytes-from'],
  ] as const)
    draft.element(set, `${target.address} . ${target.port}`, counterOf(kind, endpoint))
  for (const transport of transports) {
    const key = `${target.address} . ${transport} . ${target.port}`
    draft.element(names.targets, key)
    if (!group.preservesClientIp) draft.element(names.masqueraded, key)
    if (transport === 'udp') continue
    draft.element(names.refusals, key, `jump refusal_${endpoint}`)
    for (const [set, kind] of [
      [names.answers, 'answers'],
      [names.resetsByClient, 'resets-by-client'],
      [names.resetsByTarget, 'resets-by-target'],
    ] as const)
      draft.element(set, key, counterOf(kind, endpoint))
  }
}
