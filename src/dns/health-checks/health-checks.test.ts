import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type HealthReport, healthReportKey, healthCheckTags as tags } from '../../resources/health-checks.ts'
import { heartbeatTimeoutMs } from '../../resources/status.ts'
import { healthCheckDocument } from '../../testing/health-check-documents.ts'
import { type VantageWorld, vantageWorld } from '../../testing/vantage-world.ts'
import { healthCheckObservations } from './observations.ts'
import { blindHoldMs } from './self-doubt.ts'

const intervalMs = 500
const timeoutMs = 200

interface Options {
  readonly threshold?: number
  readonly more?: Readonly<Record<string, string>>
}

/** A TCP check of one host. */
function check(id: string, host: string, { threshold = 3, more = {} }: Options = {}) {
  return healthCheckDocument(
    id,
    { Type: 'TCP', IPAddress: host, Port: 9999, FailureThreshold: threshold },
    {
      [tags.intervalMilliseconds]: String(intervalMs),
      [tags.timeoutMilliseconds]: String(timeoutMs),
      ...more,
    },
  )
}

const P = '127.0.1.1'
const S = '127.0.2.1'
const T = '127.0.3.1'
const pair = (options: Options = {}) => [check('p', P, options), check('s', S, options)]
/** Two vantage points hear each other's second heartbeat by then. */
const warmMs = 3_000

function warm(world: VantageWorld, ...names: string[]) {
  const vantages = names.map(name => world.start(name))
  world.pass(warmMs)
  return vantages as [(typeof vantages)[number], ...typeof vantages]
}

test('a new check is healthy until there is enough data; an inverted one unhealthy', () => {
  const inverted = healthCheckDocument('i', { Type: 'TCP', IPAddress: P, Port: 1, Inverted: true })
  const world = vantageWorld([...pair(), inverted])
  world.setHost(P, 'closed')
  const vantage = world.start('dns-1')
  assert.equal(vantage.isHealthy('p'), true)
  assert.equal(vantage.isHealthy('i'), false)
  assert.equal(vantage.checks.isSettled(), false)
  world.pass(100)
  assert.equal(vantage.checks.isSettled(), true, 'the first round is over')
  assert.equal(vantage.isHealthy('p'), true, 'one failure of three')
  world.pass(3 * intervalMs)
  assert.equal(vantage.isHealthy('p'), false)
  assert.equal(vantage.isHealthy('gone'), true)
})

test('a hung endpoint keeps nobody from serving for long', () => {
  const slow = check('p', P, { more: { [tags.timeoutMilliseconds]: '60000' } })
  const world = vantageWorld([slow])
  world.setHost(P, 'silent')
  const vantage = world.start('dns-1')
  world.pass(4_900)
  assert.equal(vantage.checks.isSettled(), false)
  world.pass(200)
  assert.equal(vantage.checks.isSettled(), true)
})

for (const threshold of [1, 2, 3, 5, 10]) {
  test(`threshold ${threshold}: fewer failures in a row than that change nothing`, () => {
    const world = vantageWorld(pair({ threshold }), threshold)
    const [vantage] = warm(world, 'dns-1')
    for (let round = 0; round < 5; round++) {
      const before = world.probes(P)
      world.setHost(P, 'closed')
      while (world.probes(P) < before + threshold - 1) world.pass(1)
      world.pass(5)
      world.setHost(P, 'up')
      world.pass(2 * intervalMs)
    }
    assert.equal(vantage.history('p'), 'healthy')
  })

  for (const how of ['closed', 'silent'] as const)
    test(`threshold ${threshold}, ${how}: noticed within threshold × (interval + timeout), and one probe to be sure of itself`, () => {
      for (let seed = 1; seed <= 20; seed++) {
        const world = vantageWorld(pair({ threshold }), seed)
        const [vantage] = warm(world, 'dns-1')
        world.pass(seed * 37)
        world.setHost(P, how)
        const takesMs = how === 'closed' ? 5 : timeoutMs
        world.pass(threshold * (intervalMs + takesMs) + takesMs + 20)
        assert.equal(vantage.isHealthy('p'), false, `seed ${seed}`)
        world.setHost(P, 'up')
        world.pass(takesMs + threshold * (intervalMs + 5) + 20)
        assert.equal(vantage.history('p'), 'healthy unhealthy healthy', `seed ${seed}`)
        assert.equal(vantage.history('s'), 'healthy', `seed ${seed}`)
      }
    })
}

test('separate rise and fall', () => {
  const world = vantageWorld(pair({ more: { [tags.fallThreshold]: '2', [tags.riseThreshold]: '6' } }))
  const [vantage] = warm(world, 'dns-1')
  world.setHost(P, 'closed')
  world.pass(2 * (intervalMs + 5) + 20)
  assert.equal(vantage.isHealthy('p'), false)
  world.setHost(P, 'up')
  world.pass(4 * intervalMs)
  assert.equal(vantage.isHealthy('p'), false)
  world.pass(3 * intervalMs)
  assert.equal(vantage.isHealthy('p'), true)
})

test('immediate re-probe: the second failure follows the first', () => {
  const options = {
    threshold: 2,
    more: { [tags.immediateReprobe]: 'true', [tags.intervalMilliseconds]: '30000' },
  }
  const world = vantageWorld(pair(options))
  const [vantage] = warm(world, 'dns-1')
  world.pass(30_000)
  world.setHost(P, 'closed')
  world.pass(30_000 + 5 + 50)
  assert.equal(vantage.isHealthy('p'), false)
})

test('disabled: no probe is sent; removed: neither', () => {
  const off = healthCheckDocument('p', { Type: 'TCP', IPAddress: P, Port: 1, Disabled: true })
  const world = vantageWorld([off, check('s', S)])
  const [vantage] = warm(world, 'dns-1')
  assert.equal(world.probes(P), 0)
  assert.equal(vantage.isHealthy('p'), true)
  void world.store.commit([], [{ key: 'route53/health-check/s', value: undefined }])
  world.pass(500)
  const before = world.probes(S)
  world.pass(10 * intervalMs)
  assert.equal(world.probes(S), before)
  assert.deepEqual([...vantage.checks.verdicts().keys()], ['p'])
})

test('a changed configuration: old opinions of others say nothing about it', () => {
  const world = vantageWorld(pair())
  const [one, two] = warm(world, 'dns-1', 'dns-2')
  world.setHost(T, 'closed')
  two?.kill()
  void world.store.commit([], [{ key: 'route53/health-check/p', value: check('p', T) }])
  world.pass(4 * (intervalMs + timeoutMs))
  assert.equal(one.isHealthy('p'), false)
})

// Vantage points together

test('more than 18 % decide: one of two healthy is enough, a quorum of 50 % wants more', () => {
  for (const [quorum, healthy] of [
    ['18', true],
    ['50', false],
  ] as const) {
    const world = vantageWorld(pair({ more: { [tags.quorumPercent]: quorum } }))
    const [one, two] = warm(world, 'dns-1', 'dns-2')
    assert.ok(two !== undefined)
    world.setHost(P, 'closed')
    one.kill()
    world.pass(6 * intervalMs)
    assert.equal(two.isHealthy('p'), false, 'alone it decides')
    world.setHost(P, 'up')
    const third = world.start('dns-3')
    world.pass(300)
    assert.equal(third.isHealthy('p'), healthy, `quorum ${quorum}`)
  }
})

test('a dead vantage point does not count', () => {
  const world = vantageWorld(pair())
  const [one, two] = warm(world, 'dns-1', 'dns-2')
  two?.kill()
  world.pass(heartbeatTimeoutMs + 300)
  world.setHost(P, 'closed')
  world.pass(3 * (intervalMs + 5) + 50)
  assert.equal(one.isHealthy('p'), false)
})

test('two vantage points agree soon after either has changed its mind', () => {
  const world = vantageWorld(pair())
  const [one, two] = warm(world, 'dns-1', 'dns-2')
  for (const state of ['closed', 'up', 'silent', 'up'] as const) {
    world.setHost(P, state)
    world.pass(3 * (intervalMs + timeoutMs) + 400)
    assert.equal(one.isHealthy('p'), state === 'up')
    assert.equal(two?.isHealthy('p'), state === 'up')
  }
})

test('with the store gone each goes on by its own eyes', () => {
  const world = vantageWorld(pair())
  const [one, two] = warm(world, 'dns-1', 'dns-2')
  for (const vantage of [one, two]) if (vantage !== undefined) vantage.isCutOff = true
  world.pass(heartbeatTimeoutMs)
  world.setHost(P, 'closed')
  world.pass(3 * (intervalMs + 5) + 300)
  assert.deepEqual([one.isHealthy('p'), two?.isHealthy('p')], [false, false])
  assert.deepEqual([one.isHealthy('s'), two?.isHealthy('s')], [true, true])
})

test('who starts anew goes on from what it last said: no flip back to healthy', () => {
  const world = vantageWorld(pair())
  const [one] = warm(world, 'dns-1')
  world.setHost(P, 'closed')
  world.pass(3 * (intervalMs + 5) + 300)
  assert.equal(one.isHealthy('p'), false)
  one.kill()
  const again = world.start('dns-1')
  assert.equal(again.isHealthy('p'), false)
  assert.equal(again.checks.isSettled(), true)
  world.pass(5_000)
  assert.equal(again.history('p'), 'unhealthy')
})

test('who starts beside others serves only when it has heard them, or given them up', () => {
  const world = vantageWorld(pair())
  const [one] = warm(world, 'dns-1')
  world.setHost(P, 'closed')
  world.pass(3 * (intervalMs + 5) + 300)
  const two = world.start('dns-2')
  for (let ms = 0; ms < 400; ms++) {
    world.pass(1)
    if (two.checks.isSettled()) assert.equal(two.isHealthy('p'), false, `after ${ms} ms`)
  }
  assert.equal(two.checks.isSettled(), true)
  one.kill()
  two.kill()
  const three = world.start('dns-3')
  world.pass(450)
  assert.equal(three.checks.isSettled(), false)
  world.pass(heartbeatTimeoutMs - 450)
  assert.equal(three.checks.isSettled(), true)
})

// Self-exclusion

test('a lone vantage point that loses its network for a while holds what it knew, and says so', () => {
  for (const threshold of [1, 3]) {
    const world = vantageWorld(pair({ threshold }))
    const [vantage] = warm(world, 'dns-1')
    vantage.isBlind = true
    world.pass(blindHoldMs - 100)
    assert.match(vantage.status()?.holding ?? '', /each of 2 endpoints fails at once/)
    assert.equal(vantage.status()?.opinions['p']?.withheld, true)
    assert.match(vantage.checks.verdict('p').reason, /^no vantage point votes now; before: /)
    vantage.isBlind = false
    world.pass(3_000)
    assert.equal(vantage.status()?.holding, undefined)
    assert.equal(vantage.history('p'), 'healthy')
    assert.equal(vantage.history('s'), 'healthy')
  }
})

test('everything down for longer is believed, all at once', () => {
  const world = vantageWorld(pair())
  const [vantage] = warm(world, 'dns-1')
  world.setHost(P, 'silent')
  world.setHost(S, 'silent')
  world.pass(3 * (intervalMs + timeoutMs) + blindHoldMs + timeoutMs + 50)
  assert.deepEqual([vantage.isHealthy('p'), vantage.isHealthy('s')], [false, false])
  world.setHost(S, 'up')
  world.pass(4 * intervalMs)
  assert.deepEqual([vantage.isHealthy('p'), vantage.isHealthy('s')], [false, true])
})

test('a blind one among others never votes, however long; they decide', () => {
  const world = vantageWorld([...pair({ more: { [tags.quorumPercent]: '99' } }), check('t', T)])
  const [one, two, three] = warm(world, 'dns-1', 'dns-2', 'dns-3')
  one.isBlind = true
  world.pass(60_000)
  for (const vantage of [one, two, three])
    for (const id of ['p', 's', 't']) assert.equal(vantage?.history(id), 'healthy', `${vantage?.name} ${id}`)
  world.setHost(P, 'closed')
  world.pass(3 * (intervalMs + 5) + 400)
  for (const vantage of [one, two, three]) {
    assert.equal(vantage?.isHealthy('p'), false)
    assert.equal(vantage?.isHealthy('s'), true)
  }
})

test('one check alone is believed: there is nothing to compare it with', () => {
  const world = vantageWorld([check('p', P), check('p2', P)])
  const [vantage] = warm(world, 'dns-1')
  world.setHost(P, 'silent')
  world.pass(3 * (intervalMs + timeoutMs) + 50)
  assert.equal(vantage.isHealthy('p'), false)
})

test('hosts that are up stay healthy through any blindness of vantage points', () => {
  const span = fc.record({
    who: fc.nat(2),
    afterMs: fc.integer({ min: 200, max: 4_000 }),
    lastsMs: fc.integer({ min: 10, max: 8_000 }),
  })
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom(1, 2, 3),
      fc.array(span, { maxLength: 8 }),
      (seed, threshold, spans) => {
        const world = vantageWorld([...pair({ threshold }), check('t', T, { threshold })], seed)
        const vantages = warm(world, 'dns-1', 'dns-2', 'dns-3')
        for (const { who, afterMs, lastsMs } of spans) {
          world.pass(afterMs)
          const vantage = vantages[who]
          assert.ok(vantage !== undefined)
          vantage.isBlind = true
          world.pass(lastsMs)
          vantage.isBlind = false
        }
        for (const vantage of vantages)
          for (const id of ['p', 's', 't'])
            assert.equal(vantage.history(id), 'healthy', `${vantage.name} ${id}`)
      },
    ),
    { numRuns: 40 },
  )
})

test('whatever happened: when it is over, everybody sees what is', () => {
  const hosts = [P, S, T]
  const event = fc.oneof(
    fc.record({
      kind: fc.constant('host' as const),
      which: fc.nat(2),
      state: fc.constantFrom('up', 'closed', 'silent'),
    }),
    fc.record({ kind: fc.constant('blind' as const), which: fc.nat(1), on: fc.boolean() }),
    fc.record({ kind: fc.constant('cut' as const), which: fc.nat(1), on: fc.boolean() }),
    fc.record({ kind: fc.constant('restart' as const), which: fc.nat(1) }),
  )
  const events = fc.array(fc.tuple(event, fc.integer({ min: 1, max: 3_000 })), { maxLength: 15 })
  fc.assert(
    fc.property(fc.integer(), events, (seed, story) => {
      const world = vantageWorld([...pair(), check('t', T)], seed)
      const names = ['dns-1', 'dns-2']
      const vantages = names.map(name => world.start(name))
      const states = new Map<string, string>(hosts.map(host => [host, 'up']))
      for (const [what, ms] of story) {
        const vantage = vantages[what.which % 2]
        assert.ok(vantage !== undefined)
        if (what.kind === 'host') {
          const host = hosts[what.which] ?? P
          states.set(host, what.state)
          world.setHost(host, what.state)
        } else if (what.kind === 'blind') vantage.isBlind = what.on
        else if (what.kind === 'cut') vantage.isCutOff = what.on
        else {
          vantage.kill()
          vantages[what.which] = world.start(vantage.name)
        }
        world.pass(ms)
      }
      for (const vantage of vantages) {
        vantage.isBlind = false
        vantage.isCutOff = false
      }
      world.pass(2 * blindHoldMs + 10 * (intervalMs + timeoutMs))
      for (const vantage of vantages)
        for (const [i, id] of ['p', 's', 't'].entries()) {
          const isUp = states.get(hosts[i] ?? '') === 'up'
          assert.equal(
            vantage.isHealthy(id),
            isUp,
            `${vantage.name} ${id}: ${vantage.checks.verdict(id).reason}`,
          )
        }
    }),
    { numRuns: 100 },
  )
})

// Views

test('what the last probes showed, in AWS words, and the last failure', () => {
  const world = vantageWorld(pair())
  const [vantage] = warm(world, 'dns-1', 'dns-2')
  assert.equal(vantage.isHealthy('p'), true)
  const seen = () => healthCheckObservations(world.store.read(), 'p', 'last')
  assert.deepEqual(
    seen().map(({ Region, IPAddress, StatusReport }) => [Region, IPAddress, StatusReport?.Status]),
    [
      ['dns-1', '127.0.0.1', 'Success: Connected.'],
      ['dns-2', '127.0.0.1', 'Success: Connected.'],
    ],
  )
  assert.ok(seen()[0]?.StatusReport?.CheckedTime instanceof Date)
  assert.deepEqual(healthCheckObservations(world.store.read(), 'p', 'lastFailure'), [])
  world.setHost(P, 'silent')
  world.pass(3_000)
  assert.match(
    seen()[0]?.StatusReport?.Status ?? '',
    /^Failure: Connection timed out\. The endpoint or the internet/,
  )
  world.setHost(P, 'up')
  world.pass(3_000)
  assert.match(seen()[0]?.StatusReport?.Status ?? '', /^Success/)
  const failures = healthCheckObservations(world.store.read(), 'p', 'lastFailure', name => name === 'dns-2')
  assert.equal(failures.length, 1)
  assert.match(failures[0]?.StatusReport?.Status ?? '', /^Failure: Connection timed out/)
})

test('reports are written at most once a second, and only when something is new', () => {
  const world = vantageWorld(pair({ more: { [tags.intervalMilliseconds]: '100' } }))
  warm(world, 'dns-1')
  const revisions = new Set<number>()
  for (let ms = 0; ms < 10_000; ms += 50) {
    world.pass(50)
    const found = world.store.read().get<HealthReport>(healthReportKey('dns-1'))
    revisions.add(found?.revision ?? 0)
  }
  assert.ok(revisions.size > 5 && revisions.size <= 11, `${revisions.size}`)
})
