import type { RuleDraft } from './rule-set.ts'

/** In the name of an empty chain: a table without it was made by other rules than these. Count on when a base chain or a declaration changes. */
export const formatMark = 'format-1'

/** Before other tables' -100: who translates a packet first has translated it. */
const natPriority = -110
/** After the kernel has found the flow (-200), before any address is translated. */
const arrivalPriority = -150

export const collectionNames = {
  /** Addresses of this balancer. */
  addresses: 'addresses',
  /** Listeners of the kernel's, and whom their flows go to. */
  services: 'services',
  listeners: 'listeners',
  targets: 'targets',
  /** Targets that shall see our address instead of the client's. */
  masqueraded: 'masqueraded',
  bytesTo: 'bytes-to',
  bytesFrom: 'bytes-from',
  answers: 'answers',
  refusals: 'refusals',
  resetsByClient: 'resets-by-client',
  resetsByTarget: 'resets-by-target',
} as const

/**
 * What every table has. A packet to a listener that belongs to no flow and does not begin one is answered with RST, and so is one that
 * a target sends in a flow that is forgotten (AWS: after the idle timeout whoever sends is reset). Packets that the kernel cannot place in
 * their flow are dropped: it would not translate them, and our own host, or the client, would answer them with RST and end a good flow.
 *
 * A port without a listener is silent (AWS: "unintended traffic"). It is the answer that is dropped, RST or ICMP, not the question: whatever
 * else serves on this address is not touched.
 */
export function addBaseRules(draft: RuleDraft): void {
  const { name: ip, addressType, portUnreachable } = draft.family
  const names = collectionNames
  const endpoint = `${addressType} . inet_proto . inet_service`
  const to = `${ip} daddr . meta l4proto . th dport`
  const from = `${ip} saddr . meta l4proto . th sport`
  const isReset = 'tcp flags & rst == rst'
  const opensNothing = 'meta l4proto tcp tcp flags & (fin|syn|rst|ack) != syn ct state new'

  draft.chain(formatMark, [])
  draft.collection(names.addresses, 'set', `type ${addressType};`)
  for (const name of [names.listeners, names.targets, names.masqueraded])
    draft.collection(name, 'set', `type ${endpoint};`)
  for (const name of [names.services, names.refusals])
    draft.collection(name, 'map', `type ${endpoint} : verdict;`)
  for (const name of [
    names.bytesTo,
    names.bytesFrom,
    names.answers,
    names.resetsByClient,
    names.resetsByTarget,
  ])
    draft.collection(name, 'map', `type ${endpoint} : counter;`)

  draft.chain('to-listener', [
    'ct state invalid drop',
    `${opensNothing} ${draft.counter('no-flow')} reject with tcp reset`,
  ])
  draft.chain('from-target', [
    'ct state invalid drop',
    `${opensNothing} ${draft.counter('no-flow')} reject with tcp reset`,
    'ct direction original return',
    'ct status & dnat != dnat return',
    `counter name ${from} map @${names.bytesFrom}`,
    'meta l4proto != tcp return',
    `tcp flags & (syn|ack) == (syn|ack) counter name ${from} map @${names.answers}`,
    // RFC 9293, section 3.10.7.1: a closed port answers SYN with sequence number 0.
    `${isReset} tcp sequence 0 ${from} vmap @${names.refusals}`,
    `${isReset} counter name ${from} map @${names.resetsByTarget}`,
  ])
  draft.chain('to-target', [
    `counter name ${to} map @${names.bytesTo}`,
    `${isReset} counter name ${to} map @${names.resetsByClient}`,
  ])
  draft.chain('from-address', [
    `${from} @${names.listeners} return`,
    `tcp flags & (rst|ack) == (rst|ack) tcp sequence 0 ${draft.counter('no-listener')} drop`,
    `${portUnreachable} ${draft.counter('no-listener')} drop`,
  ])

  const arriving = [
    `${to} @${names.listeners} jump to-listener`,
    `${from} @${names.targets} jump from-target`,
  ]
  draft.chain('prerouting', arriving, hook('filter', 'prerouting', arrivalPriority))
  draft.chain(
    'output',
    [...arriving, `${ip} saddr @${names.addresses} jump from-address`],
    hook('filter', 'output', arrivalPriority),
  )
  draft.chain(
    'postrouting',
    ['ct direction original ct status & dnat == dnat jump to-target'],
    hook('filter', 'postrouting', -arrivalPriority),
  )
  const translate = `${to} vmap @${names.services}`
  draft.chain('nat-prerouting', [translate], hook('nat', 'prerouting', natPriority))
  draft.chain('nat-output', [translate], hook('nat', 'output', natPriority))
  draft.chain(
    'nat-postrouting',
    [
      `oifname != "lo" meta l4proto { tcp, udp } ct status & dnat == dnat ${to} @${names.masqueraded} masquerade`,
    ],
    hook('nat', 'postrouting', 90),
  )
}

function hook(type: 'filter' | 'nat', name: string, priority: number): string {
  return `type ${type} hook ${name} priority ${priority}; policy accept;`
}
