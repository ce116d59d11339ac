import { type ForwardSnapshot, type ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import { flowHashSeed, groupHashSeed } from '../selection/flow-hash.ts'
import { collectionNames, opensNothing } from './base-rules.ts'
import type { Family } from './family.ts'
import { groupChain } from './group-rules.ts'
import { acceptedCounter, deniedCounter, failedCounter, type Transport } from './names.ts'
import type { RuleDraft } from './rule-set.ts'
import { transportsOf } from './transports-of.ts'

/** Where the flows of a listener go: from its address and port to the chains of its target groups, which must be there. `also`: what is done for every flow that is let in. */
export function addListener(
  draft: RuleDraft,
  address: string,
  listener: ListenerSnapshot,
  also: readonly string[],
  isKnownGroup: (name: string) => boolean,
): void {
  for (const transport of transportsOf(listener)) {
    const name = `listener_${transport}_${listener.port}`
    const key = `${address} . ${transport} . ${listener.port}`
    draft.chain(name, [
      ...sourceRules(draft, listener, transport),
      ...(transport === 'tcp' ? [`${opensNothing} ${draft.counter('no-flow')} reject with tcp reset`] : []),
      `ct timeout set "${addTimeout(draft, listener, transport)}"`,
      draft.counter(acceptedCounter(transport, listener.port)),
      ...also,
      ...groupChoice(draft.family, listener, isKnownGroup),
      // A group whose slots are empty comes back here.
      `${draft.counter(failedCounter(transport, listener.port))} ${transport === 'tcp' ? 'reject with tcp reset' : 'drop'}`,
    ])
    draft.element(collectionNames.listeners, key)
    draft.element(collectionNames.services, key, `goto ${name}`)
  }
}

/** AWS: who is not allowed gets no answer. */
function sourceRules(draft: RuleDraft, { allowed, port }: ListenerSnapshot, transport: Transport): string[] {
  if (allowed === undefined) return []
  const { name: ip, addressType } = draft.family
  const networks = allowed[transport].filter(network => network.includes(':') === (ip === 'ip6'))
  const set = `sources_${transport}_${port}`
  draft.collection(set, 'set', `type ${addressType}; flags interval; auto-merge;`, 'networks')
  for (const network of networks) draft.element(set, network)
  return [`${ip} saddr != @${set} ${draft.counter(deniedCounter(transport, port))} drop`]
}

/** The object by which the kernel forgets flows that stood still; those that have begun keep the one that they began with. */
function addTimeout(draft: RuleDraft, listener: ListenerSnapshot, transport: Transport): string {
  const milliseconds = transport === 'tcp' ? listener.idleTimeoutMs : listener.udpIdleTimeoutMs
  const seconds = Math.max(1, Math.round(milliseconds / 1_000))
  const name = `idle_${transport}_${seconds}`
  const policy = transport === 'tcp' ? tcpPolicy(seconds) : udpPolicy(seconds)
  draft.timeouts.set(name, `protocol ${transport}; l3proto ${draft.family.name}; policy = { ${policy} };`)
  return name
}

/** How long the kernel keeps a TCP flow that is over, for packets that come late. */
export const overSeconds = 10

/**
 * Seconds by state. A flow that one side has closed may go on for as long as any other, and data that nobody acknowledged must not end it
 * sooner than silence. What is over or never began is forgotten sooner than Linux would: many short connections fill the table with it, and the flow log waits for it.
 */
function tcpPolicy(seconds: number): string {
  const states = ['established', 'unack', 'fin_wait', 'close_wait'].map(state => `${state} : ${seconds}`)
  const over = ['time_wait', 'close'].map(state => `${state} : ${overSeconds}`)
  return [...states, 'syn_sent : 30', 'syn_recv : 30', ...over].join(', ')
}

/** NLB guide: a target must answer within 30 s. */
function udpPolicy(seconds: number): string {
  return `unreplied : ${Math.min(30, seconds)}, replied : ${seconds}`
}

/** The same choice as `selectTargetGroup`: slots of another hash, in ranges of weights. */
function groupChoice(
  { name: ip }: Family,
  { forward, isGroupSticky }: ListenerSnapshot,
  isKnown: (name: string) => boolean,
): string[] {
  const groups = forward.filter(({ weight }) => weight > 0)
  const total = groups.reduce((sum, { weight }) => sum + weight, 0)
  const [only] = groups
  if (only === undefined) return []
  if (groups.length === 1) return isKnown(only.targetGroup) ? [`jump ${groupChain(only.targetGroup)}`] : []
  const ranges = rangesOf(groups)
    .filter(({ targetGroup }) => isKnown(targetGroup))
    .map(
      ({ from, to, targetGroup }) =>
        `${from === to ? from : `${from}-${to}`} : jump ${groupChain(targetGroup)}`,
    )
  if (ranges.length === 0) return []
  const who = isGroupSticky ? `${ip} saddr` : flowKey(ip)
  return [`jhash ${who} mod ${total} seed ${hex(groupHashSeed)} vmap { ${ranges.join(', ')} }`]
}

function rangesOf(groups: readonly ForwardSnapshot[]): { from: number; to: number; targetGroup: string }[] {
  let at = 0
  return groups.map(({ targetGroup, weight }) => {
    const from = at
    at += weight
    return { from, to: at - 1, targetGroup }
  })
}

/** What `flowHash` computes, in nftables' words. */
export const flowKey = (ip: Family['name']): string =>
  `${ip} saddr . th sport . ${ip} daddr . th dport . meta l4proto`

export const hex = (seed: number): string => `0x${seed.toString(16)}`

/** The slot of a flow in a table of `size`. */
export function slotExpression({ name: ip }: Family, size: number, isSticky: boolean): string {
  return `jhash ${isSticky ? `${ip} saddr` : flowKey(ip)} mod ${size} seed ${hex(flowHashSeed)}`
}
