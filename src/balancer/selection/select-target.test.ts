import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import type { ListenerSnapshot, TargetGroupSnapshot, TargetSnapshot } from './balancer-snapshot.ts'
import { type FlowAddresses, flowHash, groupHashSeed } from './flow-hash.ts'
import { type Routing, routing } from './routing.ts'
import { selectTarget, selectTargetGroup } from './select-target.ts'
import { type TargetPool, targetPool } from './target-pool.ts'
import type { TargetState, TargetStates } from './target-state.ts'

type State = TargetState['state']

function target(id: string, zone: string): TargetSnapshot {
  return targetPart(id, { key: `tg/${id}:1`, zone })
}

const tcpFlow = (sourcePort: number): FlowAddresses => ({
  sourceAddress: '127.0.0.1',
  sourcePort,
  destinationAddress: '127.0.1.1',
  destinationPort: 9996,
  protocol: 6,
})

const anyHash = fc.nat(0xffff_ffff)

/** `a1:healthy b1:unhealthy`: the letter is the zone. Seen from zone a. */
function pool(text: string, more: Partial<TargetGroupSnapshot> = {}, zone = 'a'): TargetPool {
  const parts = text.split(' ').map(part => part.split(':') as [string, State])
  const targets = parts.map(([id]) => target(id, id.charAt(0)))
  const states = new Map(parts.map(([id, state]) => [`tg/${id}:1`, { state }]))
  return targetPool(groupPart(targets, more), states, zone)
}

/** First tier, and whether it fails open. */
function first(chosen: TargetPool): string {
  const ids = chosen.tiers[0]?.targets.map(({ id }) => id).join(' ') ?? 'nobody'
  return chosen.failOpen ? `${ids} (fail open)` : ids
}

test('the truth table of who takes new connections', () => {
  const rows: [targets: string, expected: string][] = [
    ['a1:healthy a2:healthy b1:healthy', 'a1 a2'],
    ['a1:healthy a2:unhealthy b1:healthy', 'a1'],
    ['a1:healthy a2:initial b1:healthy', 'a1'],
    ['a1:unhealthy b1:healthy', 'b1'],
    ['a1:initial b1:healthy', 'b1'],
    ['b1:healthy', 'b1'],
    ['a1:unhealthy b1:unhealthy', 'a1 (fail open)'],
    ['a1:unhealthy.draining b1:unhealthy', 'a1 (fail open)'],
    ['a1:unhealthy a2:initial b1:unhealthy', 'a2 (fail open)'],
    ['a1:unhealthy b1:initial', 'a1 (fail open)'],
    ['b1:unhealthy', 'b1 (fail open)'],
    ['b1:unhealthy b2:initial', 'b2 (fail open)'],
    ['a1:draining b1:unhealthy', 'b1 (fail open)'],
    ['a1:draining a2:unused', 'nobody (fail open)'],
    ['a1:draining b1:healthy', 'b1'],
  ]
  for (const [targets, expected] of rows) assert.equal(first(pool(targets)), expected, targets)
})

test('with cross-zone on, every zone is the own one', () => {
  assert.equal(first(pool('a1:healthy b1:healthy', { crossZone: true })), 'a1 b1')
  assert.equal(first(pool('a1:unhealthy b1:unhealthy', { crossZone: true })), 'a1 b1 (fail open)')
})

test("AWS's worked example: 2 zones of 10, 6 fail in zone b, 50 % wanted", () => {
  const text = ['a', 'b']
    .flatMap(zone =>
      Array.from({ length: 10 }, (_, i) => `${zone}${i}:${zone === 'b' && i < 6 ? 'unhealthy' : 'healthy'}`),
    )
    .join(' ')
  const off = pool(text, { healthyPercentMin: 50 }, 'b')
  assert.equal(first(off), 'b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 (fail open)')
  const on = pool(text, { healthyPercentMin: 50, crossZone: true }, 'b')
  assert.equal(on.tiers[0]?.targets.length, 14, '14 of 20 are 70 %: no action')
  assert.equal(on.failOpen, false)
})

test('retries meet every target once: healthy of the zone, healthy elsewhere, then the rest', () => {
  const chosen = pool('a1:healthy a2:healthy a3:unhealthy b1:healthy b2:initial a4:draining')
  for (let hash = 0; hash < 0xffff_ffff; hash += 12_345_678) {
    const tried: TargetSnapshot[] = []
    for (;;) {
      const next = selectTarget(chosen, hash, tried)
      if (next === undefined) break
      tried.push(next)
    }
    const ids = tried.map(({ id }) => id)
    assert.deepEqual(ids.slice(0, 2).sort(), ['a1', 'a2'])
    assert.deepEqual(ids.slice(2), ['b1', 'b2', 'a3'])
  }
})

test('the retry order is spread too: flows of a dead target do not all go to one neighbour', () => {
  const chosen = pool('a1:healthy a2:healthy a3:healthy a4:healthy a5:healthy')
  const counts = new Map<string, number>()
  const dead = chosen.tiers[0]?.targets[0]
  assert.ok(dead)
  for (let port = 1; port < 65_536; port++) {
    const hash = flowHash(tcpFlow(port))
    if (selectTarget(chosen, hash)?.id !== dead.id) continue
    const next = selectTarget(chosen, hash, [dead])?.id ?? ''
    counts.set(next, (counts.get(next) ?? 0) + 1)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  assert.equal(counts.size, 4)
  for (const [id, count] of counts)
    assert.ok(count > total / 8 && count < total / 2, `${id}: ${count} of ${total}`)
})

const states = fc.constantFrom<State>(
  'healthy',
  'unhealthy',
  'initial',
  'draining',
  'unused',
  'unhealthy.draining',
)
const members = fc.uniqueArray(
  fc.record({ zone: fc.constantFrom('a', 'b', 'c'), number: fc.nat(99), state: states }),
  {
    minLength: 1,
    maxLength: 30,
    selector: ({ zone, number }) => `${zone}${number}`,
  },
)

test('every balancer that holds the same documents chooses the same', () => {
  fc.assert(
    fc.property(members, anyHash, fc.boolean(), (list, hash, crossZone) => {
      const text = list.map(({ zone, number, state }) => `${zone}${number}:${state}`)
      const sorted = pool([...text].sort().join(' '), { crossZone })
      const again = pool([...text].sort().join(' '), { crossZone }, crossZone ? 'b' : 'a')
      assert.equal(selectTarget(sorted, hash)?.key, selectTarget(again, hash)?.key)
    }),
  )
})

test('no new connection to one known unhealthy, and none to one draining or unused, while a healthy one exists', () => {
  fc.assert(
    fc.property(members, anyHash, fc.constantFrom('a', 'b', 'c'), (list, hash, zone) => {
      const chosen = pool(
        list.map(({ zone: home, number, state }) => `${home}${number}:${state}`).join(' '),
        {},
        zone,
      )
      const selected = selectTarget(chosen, hash)
      const found = list.find(({ zone: home, number }) => `${home}${number}` === selected?.id)
      const sendable = list.filter(({ state }) => state !== 'draining' && state !== 'unused')
      const healthy = list.filter(({ state }) => state === 'healthy')
      assert.equal(found === undefined, sendable.length === 0)
      if (healthy.length > 0) {
        assert.equal(found?.state, 'healthy')
        if (healthy.some(({ zone: home }) => home === zone)) assert.equal(found?.zone, zone)
      }
      assert.equal(chosen.failOpen, healthy.length === 0)
    }),
  )
})

test('weights share flows between target groups; 0 takes none', () => {
  const forward = [
    { targetGroup: 'blue', weight: 3 },
    { targetGroup: 'green', weight: 1 },
    { targetGroup: 'off', weight: 0 },
  ]
  const counts: Record<string, number> = { blue: 0, green: 0, off: 0 }
  for (let port = 0; port < 40_000; port++) {
    const name = selectTargetGroup(forward, flowHash(tcpFlow(port), groupHashSeed)) ?? ''
    counts[name] = (counts[name] ?? 0) + 1
  }
  assert.equal(counts['off'], 0)
  assert.ok(Math.abs((counts['blue'] ?? 0) - 30_000) < 600, JSON.stringify(counts))
  assert.equal(selectTargetGroup([{ targetGroup: 'off', weight: 0 }], 1), undefined)
  assert.equal(selectTargetGroup([], 1), undefined)
})

function routesOf(groups: readonly TargetGroupSnapshot[], listener: Partial<ListenerSnapshot> = {}): Routing {
  const known = new Map(
    groups.flatMap(group => group.targets.map(({ key }) => [key, { state: 'healthy' as const }])),
  )
  return routing(snapshotPart([listenerPart(9996, listener)], groups), known)
}

function targetOf(made: Routing, flow: FlowAddresses): string | undefined {
  const choice = made.choose(9996, flow)
  return choice === undefined ? undefined : made.select(choice, [])?.id
}

test('a sticky group: a source address keeps its target, whatever its ports, and sources are spread', () => {
  const targets = ['1', '2', '3', '4'].map(id => targetPart(id))
  const sticky = routesOf([groupPart(targets, { isSticky: true })])
  const perSource = new Map<string, Set<string>>()
  for (let host = 1; host < 200; host++) {
    const sourceAddress = `10.0.0.${host}`
    const seen = new Set<string>()
    for (let port = 40_000; port < 40_020; port++)
      seen.add(targetOf(sticky, { ...tcpFlow(port), sourceAddress }) ?? '')
    assert.equal(seen.size, 1)
    perSource.set(sourceAddress, seen)
  }
  assert.equal(new Set([...perSource.values()].map(seen => [...seen][0])).size, 4)
})

test('between weighted groups a flow is shared by weight, and by source alone where groups are sticky', () => {
  const group = (name: string) => groupPart([targetPart('1', { key: `${name}/1`, id: name })], { name })
  const forward = [
    { targetGroup: 'blue', weight: 900 },
    { targetGroup: 'green', weight: 100 },
  ]
  const groups = [group('blue'), group('green')]
  const plain = routesOf(groups, { forward })
  let green = 0
  for (let port = 1; port <= 10_000; port++) if (targetOf(plain, tcpFlow(port)) === 'green') green++
  assert.ok(green > 800 && green < 1_200, `${green} of 10,000`)
  const sticky = routesOf(groups, { forward, isGroupSticky: true })
  const ofOne = new Set(Array.from({ length: 500 }, (_, port) => targetOf(sticky, tcpFlow(port + 1))))
  assert.equal(ofOne.size, 1)
  assert.equal(
    targetOf(routesOf(groups, { forward: [{ targetGroup: 'blue', weight: 0 }] }), tcpFlow(1)),
    undefined,
  )
})

test('a target that starts slowly, or weighs less, gets less; one of weight 0 gets nothing and still counts as healthy', () => {
  const share = (known: TargetStates, targets: readonly TargetSnapshot[]): number => {
    const found = targetPool(groupPart(targets), known, 'a')
    assert.equal(found.failOpen, false)
    const table = found.tiers[0]?.table ?? new Uint16Array()
    const index = found.tiers[0]?.targets.findIndex(({ id }) => id === '2') ?? -1
    return table.filter(slot => slot === index).length / table.length
  }
  const healthy = new Map(['1', '2'].map(id => [`tg/${id}`, { state: 'healthy' as const }]))
  const pair = [targetPart('1'), targetPart('2')]
  const slow = new Map<string, TargetState>([...healthy, ['tg/2', { state: 'healthy', sharePercent: 10 }]])
  assert.ok(Math.abs(share(slow, pair) - 1 / 11) < 0.002)
  assert.ok(Math.abs(share(healthy, [targetPart('1', { weight: 3 }), targetPart('2')]) - 1 / 4) < 0.002)
  assert.equal(share(healthy, [targetPart('1'), targetPart('2', { weight: 0 })]), 0)
})
