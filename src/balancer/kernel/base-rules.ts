import { countsName, type RuleDraft } from './rule-set.ts'

/** In the name of an empty chain: a table without it was made by other rules than these. Count on when a base chain or a declaration changes. */
export const formatMark = 'format-5'

/** Before other tables' -100: who translates a packet first has translated it. */
const natPriority = -110
/** After the kernel has found the flow (-200) and translated where it goes (-100): so its first packet is like all others. */
const countingPriority = -90

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

/** Sets whose elements tell which flows began, and which targets refuse or are silent. */
export const evidenceSets: readonly string[] = [countsName, collectionNames.answers]

/** All sets whose elements count; the comment of each is the counter's name. */
export const countingSets: readonly string[] = [
  ...evidenceSets,
  collectionNames.bytesTo,
  collectionNames.bytesFrom,
  collectionNames.resetsByClient,
  collectionNames.resetsByTarget,
]

/**
 * What every table has. A packet to a listener that belongs to no flow and does not begin one is answered with RST, and so is one that
 * a target sends in a flow that is forgotten (AWS: after the idle timeout whoever sends is reset); the kernel takes both for first packets, so
 * that is a rule for first packets. Packets that it cannot place in their flow are dropped: it would not translate them, and our own host, or the
 * client, would answer them with RST and end a good flow.
 *
 * Packets of flows that have begun are nearly all there are, so what each of them passes is short: one rule that tells whose they are, one lookup of
 * a counter, and a look at the flags.
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

  draft.chain(formatMark, [])
  draft.collection(names.addresses, 'set', `type ${addressType};`)
  for (const name of [names.listeners, names.targets, names.masqueraded])
    draft.collection(name, 'set', `type ${endpoint};`)
  for (const name of [names.services, names.refusals])
    draft.collection(name, 'map', `type ${endpoint} : verdict;`)
  for (const name of [names.bytesTo, names.bytesFrom])
    draft.collection(name, 'set', `type ${addressType} . inet_service; counter;`)
  for (const name of [names.answers, names.resetsByClient, names.resetsByTarget])
    draft.collection(name, 'set', `type ${endpoint}; counter;`)

  draft.chain('misplaced', [`${to} @${names.listeners} drop`, `${from} @${names.targets} drop`])
  draft.chain('flowing', [
    // Two rules: to look the direction up in a map of two costs as much as all the counting.
    'ct direction reply goto from-target',
    `${ip} daddr . th dport @${names.bytesTo}`,
    `${flags} & 0x04 == 0x04 ${to} @${names.resetsByClient}`,
  ])
  draft.chain('handshake-or-reset', [
    `tcp flags & (syn|ack) == (syn|ack) ${from} @${names.answers}`,
    // RFC 9293, section 3.10.7.1: a closed port answers SYN with sequence number 0.
    `${isReset} tcp sequence 0 ${from} vmap @${names.refusals}`,
    `${isReset} ${from} @${names.resetsByTarget}`,
  ])
  draft.chain('from-target', [
    `${ip} saddr . th sport @${names.bytesFrom}`,
    `${flags} & 0x06 != 0 goto handshake-or-reset`,
  ])
  draft.chain('from-address', [
    `${from} @${names.listeners} return`,
    `tcp flags & (rst|ack) == (rst|ack) tcp sequence 0 ${draft.counter('no-listener')} drop`,
    `${portUnreachable} ${draft.counter('no-listener')} drop`,
  ])

  const flowing = (how: 'goto' | 'jump'): string => `ct status & dnat == dnat ${how} flowing`
  const misplaced = 'ct state invalid jump misplaced'
  draft.chain(
    'prerouting',
    // What comes over the loopback has been seen when it left.
    [`iif != "lo" ${flowing('goto')}`, misplaced],
    hook('filter', 'prerouting', countingPriority),
  )
  draft.chain(
    'output',
    [flowing('jump'), misplaced, `${ip} saddr @${names.addresses} jump from-address`],
    hook('filter', 'output', countingPriority),
  )
  const beginning = [
    `${to} vmap @${names.services}`,
    `meta l4proto tcp ${from} @${names.targets} ${opensNothing} ${draft.counter('no-flow')} reject with tcp reset`,
  ]
  draft.chain('nat-prerouting', beginning, hook('nat', 'prerouting', natPriority))
  draft.chain('nat-output', beginning, hook('nat', 'output', natPriority))
  draft.chain(
    'nat-postrouting',
    [`ct status & dnat == dnat oif != "lo" ${to} @${names.masqueraded} masquerade`],
    hook('nat', 'postrouting', 90),
  )
}

/**
 * The flags of TCP (RFC 9293: FIN 0x01, SYN 0x02, RST 0x04, ACK 0x10) by their place, without asking each packet first whether it is TCP. Of UDP it is a
 * byte of data: what is looked up next has a key that says which protocol.
 */
const flags = '@th,104,8'

/** Of a first packet that is known to be TCP. */
export const opensNothing = `${flags} & 0x17 != 0x02`

function hook(type: 'filter' | 'nat', name: string, priority: number): string {
  return `type ${type} hook ${name} priority ${priority}; policy accept;`
}
