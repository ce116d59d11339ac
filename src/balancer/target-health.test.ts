import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, silentLog } from '../base/log.ts'
import { seededRandom } from '../base/random.ts'
import type { ProbeResult, ProbeSpec } from '../health/probe.ts'
import { healthWords } from '../resources/health-words.ts'
import type { TargetGroupDocument } from '../resources/load-balancing.ts'
import type { ProcessStatus } from '../resources/status.ts'
import { memoryStore } from '../store/memory-store.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { balancerSnapshot } from './selection/balancer-snapshot.ts'
import { startGraceMs } from './starting-nodes.ts'
import { processesOf, type TargetHealth, targetHealth } from './target-health.ts'

const odbcOfA = 'active-odbc/i-a:9996'
const pass: ProbeResult = { passed: true, latencyMs: 1, evidence: 'HTTP 200 in 1.0 ms' }

async function arrange(
  attributes: Record<string, string> = {},
  groupFields: Partial<TargetGroupDocument['TargetGroup']> = {},
  { seed = 1, before = () => undefined }: { seed?: number; before?: (health: TargetHealth) => void } = {},
) {
  const documents = clusterDocuments()
  const group = documents['elbv2/target-group/active-odbc'] as TargetGroupDocument
  documents['elbv2/target-group/active-odbc'] = {
    TargetGroup: { ...group.TargetGroup, ...groupFields },
    Attributes: { ...group.Attributes, ...attributes },
  }
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  const snapshot = balancerSnapshot(store.read(), 'active', 'a')
  const clock = new SimulatedClock()
  const specs: ProbeSpec[] = []
  const logged: string[] = []
  let changes = 0
  const answer = { now: pass }
  const log: Log = {
    debug: () => undefined,
    info: (event, fields) =>
      logged.push([event, fields?.['target'], fields?.['from'], fields?.['to']].join(' ')),
    warn: () => undefined,
    error: () => undefined,
    child: () => log,
  }
  const health = targetHealth({
    clock,
    random: seededRandom(seed),
    send(spec, done) {
      specs.push(spec)
      return clock.after(1, () => done(answer.now))
    },
    log,
    changed: () => changes++,
  })
  before(health)
  health.watch(snapshot)
  const state = (key = odbcOfA): string => health.states().get(key)?.state ?? 'unknown'
  return { answer, snapshot, clock, specs, logged, health, state, changes: () => changes }
}

const process = (state: ProcessStatus['state'], pid = 1): ProcessStatus => ({
  state,
  identity: { pid, startedAt: 'then' },
  restarts: 0,
  since: '2026-01-01T00:00:00Z',
})

test('each target is probed as its group says, every zone among them', async () => {
  const { clock, specs, health, state, logged } = await arrange()
  assert.equal(state(), 'initial')
  clock.advance(60)
  assert.equal(state(), 'healthy')
  assert.ok(health.isSettled())
  assert.deepEqual(
    specs.find(({ to }) => to.address === '127.0.1.21'),
    {
      to: { address: '127.0.1.21', port: 9090 },
      timeoutMs: 500,
      protocol: 'http',
      host: '127.0.1.1:9996',
      path: '/health/ready',
      matcher: [[200, 399]],
    },
  )
  assert.ok(logged.includes(`target health changed ${odbcOfA} initial healthy`))
  assert.equal(health.observed().length, 4)
})

test('a group whose check is a query: logged in and asked, and what the server says is the evidence', async () => {
  const { answer, clock, specs, health, state } = await arrange(
    {
      'everport.health_check.probe': 'sql',
      'everport.health_check.sql.user': 'checker',
      'everport.health_check.sql.password_file': '/etc/checker',
      'everport.health_check.sql.database': 'demo',
      'everport.health_check.sql.query': 'select ready from state',
      'everport.health_check.sql.expect': 't',
    },
    { HealthCheckProtocol: 'TCP', HealthCheckPort: 'traffic-port' },
  )
  clock.advance(60)
  assert.equal(state(), 'healthy')
  assert.deepEqual(
    specs.find(({ protocol, to }) => protocol === 'sql' && to.address === '127.0.1.11'),
    {
      to: { address: '127.0.1.11', port: 9996 },
      timeoutMs: 500,
      protocol: 'sql',
      user: 'checker',
      passwordFile: '/etc/checker',
      database: 'demo',
      query: 'select ready from state',
      expect: 't',
    },
  )
  answer.now = {
    passed: false,
    reason: 'content',
    latencyMs: 2,
    evidence: 'the query gave "f" instead of "t"',
  }
  clock.advance(600)
  assert.equal(state(), 'unhealthy')
  const seen = health.observed().find(({ Target }) => Target.Id === 'i-a' && Target.Port === 9996)
  assert.equal(seen?.Evidence, 'the query gave "f" instead of "t"')
  assert.equal(seen?.TargetHealth.Reason, 'Target.FailedHealthChecks')
  answer.now = pass
  clock.advance(900)
  assert.equal(state(), 'healthy')
})

test('a target that outbound rules hold back is not probed, is unhealthy, and says why; allowed again, it is checked anew', async () => {
  const { snapshot, clock, specs, health, state } = await arrange()
  clock.advance(60)
  assert.equal(state(), 'healthy')
  const obstacle = 'no outbound rule allows it'
  const unusable = healthWords.unhealthy
  health.watch({
    ...snapshot,
    targetGroups: snapshot.targetGroups.map(group => ({
      ...group,
      targets: group.targets.map(target => ({ ...target, unusable, obstacle })),
    })),
  })
  specs.length = 0
  clock.advance(2_000)
  assert.deepEqual(specs, [])
  const seen = health.observed()
  assert.ok(seen.length > 0)
  for (const { TargetHealth, Evidence } of seen)
    assert.deepEqual(
      [TargetHealth.State, TargetHealth.Reason, Evidence],
      ['unhealthy', 'Target.FailedHealthChecks', obstacle],
    )
  health.watch(snapshot)
  assert.equal(state(), 'initial')
  clock.advance(600)
  assert.equal(state(), 'healthy')
  health.close()
})

test("a process's word reaches every target of it, and no other", async () => {
  const { snapshot, clock, health, state } = await arrange()
  assert.deepEqual(
    [...processesOf(snapshot)],
    [
      ['node-active-a-1', 'i-a'],
      ['node-active-b-1', 'i-b'],
    ],
  )
  clock.advance(60)
  health.hear('node-active-a-1', process('crash-looping'))
  assert.deepEqual(
    [...health.states()].map(([key, { state: now }]) => `${key} ${now}`),
    [
      'active-odbc/i-a:9996 unhealthy',
      'active-odbc/i-b:9996 healthy',
      'active-web/i-a:9090 unhealthy',
      'active-web/i-b:9090 healthy',
    ],
  )
  health.hear('node-active-a-1', undefined)
  clock.advance(600)
  assert.equal(state(), 'healthy', 'without a word, probes decide')
})

const fail: ProbeResult = { passed: false, reason: 'refused', latencyMs: 1, evidence: 'connect refused' }

/** AWS's interval of 30 s and threshold of 5, for a node whose process has begun and which does not serve yet. */
async function beginning(seed = 1) {
  const interval = { 'everport.health_check.interval_milliseconds': '30000' }
  const before = (health: TargetHealth): void => health.hear('node-active-a-1', process('running'), false)
  const group = { HealthyThresholdCount: 5 }
  const found = await arrange(interval, group, { seed, before })
  found.answer.now = fail
  return found
}

test('however checks fall, none counts against a target while its node starts, and the first pass after it brings it in service: 100 seeds', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { answer, clock, health, state, specs } = await beginning(seed)
    for (let ms = 0; ms < 2_000; ms += 100) {
      clock.advance(100)
      assert.equal(state(), 'initial', `seed ${seed} after ${ms} ms`)
    }
    assert.deepEqual(
      specs.filter(({ to }) => to.address === '127.0.1.11'),
      [],
    )
    const seen = health.observed().find(({ Target }) => Target.Id === 'i-a')
    assert.deepEqual(
      [seen?.TargetHealth.Reason, seen?.Evidence],
      ['Elb.RegistrationInProgress', 'its node starts'],
    )
    answer.now = pass
    health.hear('node-active-a-1', process('running'), true)
    clock.advance(60)
    assert.equal(state(), 'healthy', `seed ${seed}`)
    health.close()
  }
})

test('a node that never says that it serves is checked after a while, and fails', async () => {
  const { clock, state, changes } = await beginning()
  clock.advance(startGraceMs - 1)
  assert.equal(state(), 'initial')
  const before = changes()
  clock.advance(60_000)
  assert.equal(state(), 'unhealthy')
  assert.ok(changes() > before)
})

test('who dies while it starts is unhealthy at once, and when it starts again is waited for again', async () => {
  const { answer, clock, health, state } = await beginning()
  health.hear('node-active-a-1', process('backing-off'), false)
  assert.equal(state(), 'unhealthy')
  health.hear('node-active-a-1', process('running', 2), false)
  clock.advance(2_000)
  assert.equal(state(), 'initial')
  answer.now = pass
  health.hear('node-active-a-1', process('running', 2), true)
  clock.advance(60)
  assert.equal(state(), 'healthy')
})

test('a target that has been healthy is checked while its node starts anew: as on AWS it must pass as often as its group says', async () => {
  const { answer, clock, health, state } = await arrange({}, { HealthyThresholdCount: 3 })
  health.hear('node-active-a-1', process('running'), true)
  clock.advance(60)
  assert.equal(state(), 'healthy')
  health.hear('node-active-a-1', process('backing-off'), false)
  answer.now = fail
  health.hear('node-active-a-1', process('running', 2), false)
  clock.advance(1_000)
  assert.equal(state(), 'unhealthy')
  answer.now = pass
  health.hear('node-active-a-1', process('running', 2), true)
  clock.advance(260)
  assert.equal(state(), 'unhealthy')
  clock.advance(600)
  assert.equal(state(), 'healthy')
})

test('one that has started and is not ready later, as one whose memory runs out, is checked on', async () => {
  const { answer, clock, health, state } = await arrange()
  health.hear('node-active-a-1', process('running'), true)
  clock.advance(60)
  health.hear('node-active-a-1', process('running'), false)
  answer.now = fail
  clock.advance(1_000)
  assert.equal(state(), 'unhealthy')
})

test('a word stays in force when the snapshot changes, and holds for targets that come later', async () => {
  const { snapshot, clock, health, state, changes } = await arrange()
  clock.advance(60)
  health.hear('node-active-a-1', process('backing-off'))
  const before = changes()
  health.watch({ ...snapshot, targetGroups: [] })
  assert.equal(health.states().size, 0)
  health.watch(snapshot)
  assert.equal(state(), 'unhealthy')
  assert.equal(state('active-odbc/i-b:9996'), 'initial')
  assert.equal(changes(), before, 'who changes the snapshot applies it; it is not told of its own change')
})

test('with termination off, an unhealthy target drains for its interval, and the end of that is told', async () => {
  const { clock, health, state, changes } = await arrange({
    'target_health_state.unhealthy.connection_termination.enabled': 'false',
    'target_health_state.unhealthy.draining_interval_seconds': '2',
  })
  clock.advance(60)
  health.hear('node-active-a-1', process('stopped'))
  assert.equal(state(), 'unhealthy.draining')
  const before = changes()
  clock.advance(1_999)
  assert.deepEqual([state(), changes()], ['unhealthy.draining', before])
  clock.advance(1)
  assert.equal(state(), 'unhealthy')
  assert.equal(changes(), before + 1)
})

async function trusted(attributes: Record<string, string> = {}, nodes = 2) {
  const addresses = Array.from({ length: nodes }, (_, i) => `127.0.1.${11 + i}`)
  const documents = clusterDocuments({
    name: 'active',
    zones: { a: { balancer: '127.0.1.1', nodes: addresses } },
    ports: { odbc: 9996, web: 9090 },
  })
  const group = documents['elbv2/target-group/active-odbc'] as TargetGroupDocument
  documents['elbv2/target-group/active-odbc'] = {
    ...group,
    Attributes: { ...group.Attributes, ...attributes },
  }
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  const clock = new SimulatedClock()
  const alarms: string[] = []
  const failing = new Set<string>()
  const health = targetHealth({
    clock,
    random: seededRandom(1),
    send: (spec, done) =>
      failing.has(spec.to.address)
        ? clock.after(spec.timeoutMs, () =>
            done({ passed: false, reason: 'timeout', latencyMs: spec.timeoutMs, evidence: 'no answer' }),
          )
        : clock.after(1, () => done(pass)),
    log: silentLog,
    changed: () => undefined,
    self: { address: '127.0.0.1', port: 1 },
    alarm: ({ event }) => alarms.push(event),
  })
  health.watch(balancerSnapshot(store.read(), 'active', 'a'))
  clock.advance(1_000)
  const healthy = (): number =>
    [...health.states()].filter(([key, { state }]) => key.startsWith('active-odbc/') && state === 'healthy')
      .length
  return { clock, health, failing, alarms, addresses, healthy }
}

test('when everything fails and its check of itself too, verdicts freeze, and events say when', async () => {
  const { clock, failing, alarms, addresses, healthy, health } = await trusted()
  for (const address of [...addresses, '127.0.0.1']) failing.add(address)
  clock.advance(10_000)
  assert.equal(healthy(), 2)
  assert.deepEqual(alarms, ['health checks frozen'])
  failing.delete('127.0.0.1')
  clock.advance(5_000)
  assert.deepEqual(alarms, ['health checks frozen', 'health checks trusted again'])
  assert.equal(healthy(), 0, 'now it is the targets that fail')
  health.close()
})

test('when everything fails and the check of itself passes, the targets are what is broken', async () => {
  const { clock, failing, alarms, addresses, healthy, health } = await trusted()
  for (const address of addresses) failing.add(address)
  clock.advance(5_000)
  assert.equal(healthy(), 0)
  assert.deepEqual(alarms, [])
  health.close()
})

test('health checks take out so much of a group in a minute, and an event says that they would have taken more', async () => {
  const bound = { 'everport.health_check.removal.percent_per_minute': '25' }
  const { clock, failing, alarms, addresses, healthy, health } = await trusted(bound, 4)
  for (const address of addresses) failing.add(address)
  clock.advance(30_000)
  assert.equal(healthy(), 3)
  assert.deepEqual(alarms, ['removal of targets limited'])
  clock.advance(60_000)
  assert.equal(healthy(), 2)
  health.close()
})
