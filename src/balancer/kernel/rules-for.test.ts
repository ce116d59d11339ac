import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import { nameHash } from '../selection/flow-hash.ts'
import { routing } from '../selection/routing.ts'
import { selectTarget } from '../selection/select-target.ts'
import { targetPool } from '../selection/target-pool.ts'
import type { TargetState } from '../selection/target-state.ts'
import type { RuleSet } from './rule-set.ts'
import { rulesFor } from './rules-for.ts'

const targets = ['a', 'b', 'c'].map((id, i) => targetPart(id, { address: `10.77.2.2${i + 1}`, port: 8000 }))

function rules(snapshot: BalancerSnapshot, states: Record<string, TargetState['state']> = {}): RuleSet {
  const all = new Map(
    snapshot.targetGroups.flatMap(group =>
      group.targets.map(({ key, id }) => [key, { state: states[id] ?? 'healthy' }] as const),
    ),
  )
  const made = rulesFor(routing(snapshot, all), 't')
  assert.ok(made)
  return made
}

const snapshot = snapshotPart([listenerPart(80)], [groupPart(targets)], { address: '10.77.1.100' })
const slotsOf = (set: RuleSet, name: string): Map<number, string> =>
  new Map(
    [...(set.collections.get(name)?.elements ?? [])].map(([slot, value]) => [Number(slot), value] as const),
  )

test('slots and spares are what selectTarget answers, first and with the first tried', () => {
  const made = rules(snapshot)
  const [slots, spares] = [slotsOf(made, 'slots_tg'), slotsOf(made, 'spares_tg')]
  const group = groupPart(targets)
  const pool = targetPool(group, new Map(targets.map(({ key }) => [key, { state: 'healthy' }])), 'a')
  assert.equal(slots.size, 4_093)
  for (const [slot, value] of slots) {
    // Any hash of this slot.
    const hash = Math.ceil((slot * 0x1_0000_0000) / 4_093)
    const first = selectTarget(pool, hash)
    assert.ok(first)
    assert.equal(value, `goto target_tg_${first.address}_8000`)
    const spare = selectTarget(pool, hash, [first])
    assert.equal(spares.get(slot), `${spare?.address} . 8000`)
  }
})

test('a target that takes nothing new is in no slot, and its flows are still counted', () => {
  for (const state of ['draining', 'unhealthy', 'unused'] as const) {
    const made = rules(snapshot, { a: state })
    assert.ok(![...slotsOf(made, 'slots_tg').values()].some(value => value.includes('10.77.2.21')))
    assert.ok(![...slotsOf(made, 'spares_tg').values()].some(value => value.includes('10.77.2.21')))
    assert.ok(made.collections.get('bytes-to')?.elements.has('10.77.2.21 . 8000'))
  }
})

test('with one target left there is no table, only a rule', () => {
  const made = rules(snapshot, { a: 'draining', b: 'unhealthy' })
  assert.ok(!made.collections.has('slots_tg'))
  assert.deepEqual(made.chains.get('group_tg')?.rules, ['goto target_tg_10.77.2.23_8000'])
  const alone = snapshotPart([listenerPart(80)], [groupPart([])], { address: '10.77.1.100' })
  assert.deepEqual(rules(alone).chains.get('group_tg')?.rules, [])
})

test('a packet of a flow that has begun passes few rules, whatever there is of targets and listeners', () => {
  const many = Array.from({ length: 200 }, (_, i) =>
    targetPart(`t${i}`, { address: `10.77.3.${i}`, port: 80 }),
  )
  const set = rules(
    snapshotPart([listenerPart(80), listenerPart(81)], [groupPart(many)], { address: '10.77.1.100' }),
  )
  const passed = (['prerouting', 'flowing', 'from-target'] as const).map(
    name => set.chains.get(name)?.rules.length,
  )
  assert.deepEqual(passed, [2, 3, 2])
  // Chains of type nat see first packets alone.
  const perPacket = [...set.chains].flatMap(([name, { hook }]) =>
    hook?.startsWith('type filter') === true ? [name] : [],
  )
  assert.deepEqual(perPacket, ['prerouting', 'output'])
})

test('data of UDP is never taken for the flags of TCP: what is looked up by them has keys of TCP alone', () => {
  const groups = [groupPart(targets, { protocol: 'TCP_UDP' })]
  const made = (protocol: 'TCP' | 'UDP' | 'TCP_UDP') =>
    rules(snapshotPart([listenerPart(80, { protocol })], groups, { address: '10.77.1.100' }))
  const both = made('TCP_UDP')
  for (const name of ['resets-by-client', 'resets-by-target', 'answers', 'refusals']) {
    const keys = [...(both.collections.get(name)?.elements.keys() ?? [])]
    assert.deepEqual(
      keys,
      targets.map(({ address }) => `${address} . tcp . 8000`),
    )
  }
  // A listener's chain is of one protocol, and so are the rules that look at flags.
  const looks = (chain: string): boolean =>
    both.chains.get(chain)?.rules.some(rule => rule.includes('@th')) === true
  assert.deepEqual([looks('listener_tcp_80'), looks('listener_udp_80')], [true, false])
  const translation = (protocol: 'TCP' | 'UDP' | 'TCP_UDP') =>
    /meta l4proto .* dnat/.exec(
      made(protocol).chains.get('target_tg_10.77.2.21_8000')?.rules.at(-1) ?? '',
    )?.[0]
  assert.deepEqual(
    [translation('TCP'), translation('UDP'), translation('TCP_UDP')],
    ['meta l4proto tcp dnat', 'meta l4proto udp dnat', 'meta l4proto { tcp, udp } dnat'],
  )
})

test('of flows beyond so many a second the kernel makes no event, unless all are to be told or nobody listens', () => {
  const listenerOf = (flowLog: BalancerSnapshot['flowLog']) => {
    const made = rules({ ...snapshot, flowLog })
    return {
      jumps: made.chains.get('listener_tcp_80')?.rules.includes('jump sample'),
      sample: made.chains.get('sample')?.rules,
      counts: [...(made.collections.get('counts')?.elements.values() ?? [])].includes('untold'),
    }
  }
  assert.deepEqual(listenerOf('sample'), {
    jumps: true,
    sample: [
      `limit rate over 100/second burst 100 packets numgen inc mod 1 offset ${nameHash('untold', 0) >>> 1} @counts ct event set 0x0`,
    ],
    counts: true,
  })
  for (const wish of ['on', 'off'] as const)
    assert.deepEqual(listenerOf(wish), { jumps: false, sample: undefined, counts: false })
})

test('a health change leaves base chains, listeners and declarations as they were', () => {
  const [before, after] = [rules(snapshot), rules(snapshot, { a: 'unhealthy' })]
  for (const [name, chain] of before.chains)
    if (!/^(?:target|group)_/.test(name)) assert.deepEqual(after.chains.get(name), chain)
  for (const [name, { declaration }] of before.collections)
    assert.equal(after.collections.get(name)?.declaration, declaration)
})

test('weights of groups are ranges; a group of weight 0 takes nothing', () => {
  const forward = [
    { targetGroup: 'tg', weight: 3 },
    { targetGroup: 'none', weight: 0 },
    { targetGroup: 'two', weight: 1 },
  ]
  const groups = [groupPart(targets), groupPart([], { name: 'none' }), groupPart(targets, { name: 'two' })]
  const made = (isGroupSticky: boolean): readonly string[] =>
    rules(
      snapshotPart([listenerPart(80, { forward, isGroupSticky })], groups, { address: '10.77.1.100' }),
    ).chains.get('listener_tcp_80')?.rules ?? []
  assert.ok(
    made(false).includes(
      'jhash ip saddr . th sport . ip daddr . th dport . meta l4proto mod 4 seed 0x67726f75 vmap { 0-2 : jump group_tg, 3 : jump group_two }',
    ),
  )
  assert.ok(
    made(true).some(rule => rule.startsWith('jhash ip saddr mod 4 seed 0x67726f75 vmap')),
    made(true).join('\n'),
  )
})

test('UDP, IPv6, security groups, stickiness, masquerade and idle timeouts each have their rule', () => {
  const made = rules(
    snapshotPart(
      [
        listenerPart(53, {
          protocol: 'TCP_UDP',
          idleTimeoutMs: 60_000,
          allowed: { tcp: ['fd77:1::/64', '10.0.0.0/8'], udp: [] },
        }),
      ],
      [groupPart([targetPart('a', { address: 'fd77:2::1', port: 53 })], { isSticky: true })],
      { address: 'fd77:1::100' },
    ),
  )
  assert.equal(made.family.name, 'ip6')
  assert.deepEqual([...(made.collections.get('sources_tcp_53')?.elements.keys() ?? [])], ['fd77:1::/64'])
  assert.deepEqual([...(made.collections.get('sources_udp_53')?.elements ?? [])], [])
  assert.deepEqual(
    [...(made.collections.get('services')?.elements ?? [])],
    [
      ['fd77:1::100 . tcp . 53', 'goto listener_tcp_53'],
      ['fd77:1::100 . udp . 53', 'goto listener_udp_53'],
    ],
  )
  assert.deepEqual([...made.timeouts.keys()], ['idle_tcp_60', 'idle_udp_120'])
  assert.deepEqual(
    [...(made.collections.get('masqueraded')?.elements.keys() ?? [])],
    ['fd77:2::1 . tcp . 53', 'fd77:2::1 . udp . 53'],
  )
  assert.ok(
    made.chains.get('target_tg_fd77-2--1_53')?.rules.some(rule => rule.endsWith('dnat to [fd77:2::1]:53')),
  )
})

test('without an address there are no rules', () => {
  assert.equal(rulesFor(routing({ ...snapshot, address: undefined }, new Map()), 't'), undefined)
})
