import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Log, LogFields } from '../base/log.ts'
import { silentLog } from '../base/log.ts'
import { seededRandom } from '../base/random.ts'
import { resolver } from '../dns/client.ts'
import { unrestMs } from '../dns/switching/unrest.ts'
import { dnsEventsPrefix, type EventDocument } from '../resources/events.ts'
import {
  balancerStatusKey,
  type DnsStatus,
  dnsStatusKey,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  type ProcessState,
  processStatusKey,
} from '../resources/status.ts'
import { latchKey, type SwitchLatch, type SwitchOverride, switchingKey } from '../resources/switching.ts'
import { topologySettingsKey } from '../resources/topology-settings.ts'
import type { Heartbeat } from '../store/heartbeats.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Snapshot, Store } from '../store/store.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { balancerReport, demoZoneId, failoverDocuments } from '../testing/dns-documents.ts'
import { SimulatedNetwork } from '../testing/network.ts'
import type { RunningRole } from './context.ts'
import { startDns } from './dns.ts'

const balancers = ['active/a', 'active/b', 'passive/a', 'passive/b'] as const
type Balancer = (typeof balancers)[number]

const wallStartMs = Date.parse('2026-01-01T00:00:00Z')
const active = ['127.0.1.1', '127.0.1.2']
const passive = ['127.0.2.1', '127.0.2.2']

/** The dns role among balancers that beat, in simulated time. */
async function world(context: TestContext, options: { readonly start?: boolean } = {}) {
  const clock = new SimulatedClock()
  const network = new SimulatedNetwork({ clock, random: seededRandom(1), latencyMs: { min: 0, max: 0 } })
  const inner = memoryStore()
  let stalled: (() => void)[] | undefined
  let told: Parameters<Store['watch']>[1] = () => undefined
  let heard: (heartbeat: Heartbeat) => void = () => undefined
  const store: Store = {
    ...inner,
    watch: (from, changed) => {
      told = changed
      return inner.watch(from, changed)
    },
    commit: async (guards, changes) => {
      const waiting = stalled
      if (waiting !== undefined) await new Promise<void>(go => waiting.push(go))
      return inner.commit(guards, changes)
    },
    heartbeats: {
      ...inner.heartbeats,
      beat(key, heartbeat) {
        if (stalled !== undefined) return
        inner.heartbeats.beat(key, heartbeat)
        if (key === dnsStatusKey('dns-1')) heard(heartbeat)
      },
    },
  }
  const events: (LogFields & { event: string })[] = []
  const record = (event: string, fields: LogFields = {}): void => void events.push({ event, ...fields })
  const log: Log = { ...silentLog, info: record, warn: record, error: record }
  const put = (key: string, value: object | undefined) => store.commit([], [{ key, value }])
  const beating = new Set<Balancer>()
  const unhealthyZones = new Map<string, string[]>()
  let heartbeat = 0
  const beat = async (): Promise<void> => {
    heartbeat++
    for (const balancer of beating) {
      const [cluster = '', zone = ''] = balancer.split('/')
      const key = balancerStatusKey(cluster, zone)
      await put(key, balancerReport(cluster, unhealthyZones.get(cluster)))
      store.heartbeats.beat(key, { heartbeat, appliedRevision: 1 })
    }
  }
  const settings: Record<string, object> = {
    [topologySettingsKey]: {
      ...(failoverDocuments()[topologySettingsKey] as object),
      dns: { addresses: ['127.0.0.1'], port: 5300, ttlSeconds: 5 },
    },
  }
  const documents: Record<string, object> = { ...failoverDocuments(), ...settings }
  await inner.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  const start = (roleName = 'dns-1'): Promise<RunningRole> =>
    startDns(
      { roleName, stateDir: '/nowhere', store, clock, random: seededRandom(2), network, log },
      { wallMs: () => wallStartMs + clock.now() },
    )
  /** Lets time pass, in steps in which the balancers beat. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= heartbeatIntervalMs) {
      await beat()
      await clock.advanceAsync(Math.min(left, heartbeatIntervalMs))
    }
  }
  const resolve = resolver({ network: network.host('127.0.0.9'), clock, random: seededRandom(3) })
  const records = async () => {
    const servers = [{ address: '127.0.0.1', port: 5300 }]
    const pending = resolve('data.demo.test', 'A', {
      servers,
      timeoutMs: 20,
      retries: 0,
      from: '127.0.0.9',
    }).then(
      answer => answer.records,
      () => 'silence' as const,
    )
    await clock.advanceAsync(20)
    return pending
  }
  const data = async (): Promise<string[] | 'silence'> => {
    const found = await records()
    if (found === 'silence') return found
    return found.map(({ data: one }) => (one.type === 'A' ? one.address : '')).sort()
  }
  const ttlSeconds = async (): Promise<number | undefined> => {
    const found = await records()
    return found === 'silence' ? undefined : found[0]?.ttlSeconds
  }
  const supervisorSays = (balancer: Balancer, state: ProcessState) =>
    put(processStatusKey(`balancer-${balancer.replace('/', '-')}`), { state, restarts: 0, since: '' })
  const status = () => inner.read().get<DnsStatus>(dnsStatusKey('dns-1'))?.value
  /** What a command would print: asked whenever the server says that it works by `revision`. */
  const toldFrom = (revision: number): (string | undefined)[] => {
    const answers: (string | undefined)[] = []
    heard = ({ appliedRevision }) => {
      if (appliedRevision >= revision) answers.push(status()?.failover['data.demo.test']?.answered)
    }
    return answers
  }
  const ownHeartbeat = () => inner.heartbeats.last(dnsStatusKey('dns-1'))?.heartbeat
  const setBeating = (...who: Balancer[]): void => {
    beating.clear()
    for (const balancer of who) beating.add(balancer)
  }
  const mend = (): void => {
    for (const go of stalled ?? []) go()
    stalled = undefined
  }
  let role: RunningRole | undefined
  context.after(() => {
    mend()
    return role?.stop()
  })
  setBeating(...balancers)
  if (options.start !== false) {
    const starting = start()
    await pass(3 * heartbeatIntervalMs)
    role = await starting
  }
  return {
    clock,
    network,
    events,
    put,
    start,
    pass,
    data,
    ttlSeconds,
    status,
    heartbeat: ownHeartbeat,
    toldFrom,
    supervisorSays,
    setBeating,
    unhealthyZones,
    documents,
    stall: () => {
      stalled = []
    },
    mend,
    /** The store tells of an earlier time once more. */
    replay: (snapshot: Snapshot) => told(snapshot, new Set(snapshot.list('').map(({ key }) => key))),
    snapshot: () => inner.read(),
    stop: async () => {
      await role?.stop()
      role = undefined
    },
  }
}

const detectMs = heartbeatTimeoutMs + 2 * heartbeatIntervalMs

test('the primary is answered, and the status document says so', async context => {
  const w = await world(context)
  assert.deepEqual(await w.data(), active)
  assert.equal(w.status()?.at, '127.0.0.1:5300')
  assert.equal(w.status()?.failover['data.demo.test']?.answered, 'PRIMARY')
  const before = w.heartbeat() ?? 0
  await w.pass(1_000)
  assert.equal(w.heartbeat(), before + 4)
})

test('active balancers fall silent: the secondary within the heartbeat timeout and two ticks; back: the primary', async context => {
  const w = await world(context)
  w.setBeating('passive/a', 'passive/b')
  await w.pass(heartbeatTimeoutMs - 2 * heartbeatIntervalMs)
  assert.deepEqual(await w.data(), active)
  await w.pass(4 * heartbeatIntervalMs)
  assert.deepEqual(await w.data(), passive)
  assert.match(w.status()?.failover['data.demo.test']?.reason ?? '', /silent/)
  w.setBeating(...balancers)
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), active)
  const switches = w.events.filter(({ event }) => event === 'failover switched')
  assert.deepEqual(
    switches.map(({ answered }) => answered),
    ['SECONDARY', 'PRIMARY'],
  )
})

test('dead by the word of the supervisor: at once, without waiting for silence', async context => {
  const w = await world(context)
  await w.supervisorSays('active/a', 'backing-off')
  await w.clock.advanceAsync(1)
  assert.deepEqual(await w.data(), ['127.0.1.2'])
  await w.supervisorSays('active/b', 'crash-looping')
  await w.clock.advanceAsync(1)
  assert.deepEqual(await w.data(), passive)
  await w.supervisorSays('active/a', 'running')
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), ['127.0.1.1'])
})

test('no healthy target in a zone: it leaves DNS; in both: the secondary; in both clusters: the primary', async context => {
  const w = await world(context)
  w.unhealthyZones.set('active', ['a'])
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), ['127.0.1.2'])
  w.unhealthyZones.set('active', ['a', 'b'])
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), passive)
  w.unhealthyZones.set('passive', ['a', 'b'])
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), active)
  assert.match(w.status()?.failover['data.demo.test']?.reason ?? '', /last resort/)
})

test('it does not listen before every balancer was heard', async context => {
  const w = await world(context, { start: false })
  w.setBeating('active/a', 'active/b', 'passive/a')
  const starting = w.start()
  await w.pass(heartbeatTimeoutMs - heartbeatIntervalMs)
  assert.equal(await w.data(), 'silence')
  w.setBeating(...balancers)
  await w.pass(2 * heartbeatIntervalMs)
  const role = await starting
  assert.deepEqual(await w.data(), active)
  await role.stop()
})

test('nor does it wait for ever: whoever is silent after the timeout is dead; who was declared dead is not waited for', async context => {
  const w = await world(context, { start: false })
  w.setBeating('passive/a', 'passive/b')
  const starting = w.start()
  await w.pass(heartbeatTimeoutMs)
  const role = await starting
  assert.deepEqual(await w.data(), passive)
  await role.stop()

  const v = await world(context, { start: false })
  v.setBeating('passive/a', 'passive/b')
  await v.supervisorSays('active/a', 'stopped')
  await v.supervisorSays('active/b', 'stopped')
  const quick = v.start()
  await v.pass(2 * heartbeatIntervalMs)
  await (await quick).stop()
})

test('a status left by an earlier run is not taken for a sign of life', async context => {
  const w = await world(context, { start: false })
  await w.pass(heartbeatIntervalMs)
  w.setBeating('passive/a', 'passive/b')
  const starting = w.start()
  await w.pass(heartbeatTimeoutMs - heartbeatIntervalMs)
  assert.equal(await w.data(), 'silence')
  await w.pass(2 * heartbeatIntervalMs)
  const role = await starting
  assert.deepEqual(await w.data(), passive)
  await role.stop()
})

/** Time passes and this process does not run, as after SIGSTOP: its timers come late. */
function standStill(clock: SimulatedClock, ms: number): void {
  const now = clock.now.bind(clock)
  clock.now = () => now() + ms
}

test('after standing still itself it does not hold the others for dead', async context => {
  const w = await world(context)
  standStill(w.clock, 60_000)
  await w.clock.advanceAsync(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), active)
  await w.pass(heartbeatTimeoutMs * 2)
  assert.deepEqual(await w.data(), active)
  assert.deepEqual(
    w.events.filter(({ event }) => event === 'balancer unhealthy'),
    [],
  )
})

test('after standing still itself it does not bring the dead back either', async context => {
  const w = await world(context)
  w.setBeating('passive/a', 'passive/b')
  await w.pass(detectMs)
  standStill(w.clock, 60_000)
  for (let i = 0; i < 8; i++) {
    assert.deepEqual(await w.data(), passive)
    await w.pass(heartbeatIntervalMs)
  }
})

test('the store stalls for all: nothing changes, nobody who was dead comes to life, and death is seen again afterwards', async context => {
  const w = await world(context)
  w.setBeating('passive/a', 'passive/b')
  await w.pass(detectMs)
  assert.deepEqual(await w.data(), passive)
  w.stall()
  await w.clock.advanceAsync(30_000)
  assert.deepEqual(await w.data(), passive)
  w.mend()
  await w.pass(detectMs)
  assert.deepEqual(await w.data(), passive)
  w.setBeating('active/a')
  await w.pass(detectMs)
  assert.deepEqual(await w.data(), ['127.0.1.1'])
})

test('a bad document changes nothing of the rest; a change of the zone is served within a tick', async context => {
  const w = await world(context)
  await w.put('route53/zone/Z1DEMO/record-set/x.demo.test./A/', {
    ResourceRecordSet: { Name: 'x.demo.test.', Type: 'A', TTL: 1, ResourceRecords: [{ Value: 'x' }] },
  })
  await w.put('route53/zone/Z1DEMO', { HostedZone: {} })
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), active)
  assert.ok(w.events.some(({ event }) => event === 'zones not updated'))
  await w.put('route53/zone/Z1DEMO', w.documents['route53/zone/Z1DEMO'])
  await w.put('topology/settings', { ...w.documents['topology/settings'] })
  await w.pass(heartbeatIntervalMs)
  assert.ok(w.events.some(({ event }) => event === 'record set not served'))
})

test('stop frees the port and writes no more', async context => {
  const w = await world(context)
  await w.stop()
  const heartbeat = w.heartbeat()
  await w.pass(1_000)
  assert.equal(w.heartbeat(), heartbeat)
  assert.equal(await w.data(), 'silence')
})

test('without a topology it says so in the end, and not before', async context => {
  const w = await world(context, { start: false })
  await w.put(topologySettingsKey, undefined)
  const starting = assert.rejects(w.start(), /no topology/)
  await w.pass(11_000)
  await starting
})

const failoverName = { zoneId: demoZoneId, name: 'data.demo.test.', type: 'A' }

function override(to: SwitchOverride['to'], atMs: number, forMs: number): SwitchOverride {
  const [at, until] = [atMs, atMs + forMs].map(ms => new Date(wallStartMs + ms).toISOString()) as [
    string,
    string,
  ]
  return { to, at, until, by: 'ann', reason: 'a drill' }
}

test('an override counts at once, is told, and ends by the clock of the server', async context => {
  const w = await world(context)
  await w.put(switchingKey(failoverName), { override: override('secondary', w.clock.now(), 5_000) })
  assert.deepEqual(await w.data(), passive)
  await w.pass(heartbeatIntervalMs)
  assert.match(w.status()?.failover['data.demo.test']?.hold ?? '', /^forced to secondary by ann until /)
  await w.pass(4_500)
  assert.deepEqual(await w.data(), passive)
  await w.pass(500)
  assert.deepEqual(await w.data(), active)
  const events = w
    .snapshot()
    .list<EventDocument>(dnsEventsPrefix)
    .map(({ value }) => value)
  assert.deepEqual(
    events.filter(({ event }) => event.startsWith('failover')).map(({ reason }) => reason.split(':')[0]),
    ['PRIMARY → SECONDARY', 'SECONDARY → PRIMARY'],
  )
  assert.ok(events.some(({ event }) => event === 'override ended'))
})

test('whoever waits until an order counts finds in the status what it came to', async context => {
  const w = await world(context)
  const answers = w.toldFrom(w.snapshot().revision + 1)
  await w.put(switchingKey(failoverName), { override: override('secondary', w.clock.now(), 5_000) })
  await w.pass(heartbeatIntervalMs)
  assert.ok(answers.length > 0)
  assert.deepEqual(new Set(answers), new Set(['SECONDARY']))
})

test('a change that could not be served is never said to count', async context => {
  const w = await world(context)
  const answers = w.toldFrom(w.snapshot().revision + 1)
  await w.put('route53/zone/Z1DEMO', { HostedZone: {} })
  await w.pass(4 * heartbeatIntervalMs)
  assert.deepEqual(answers, [])
})

test('manual failback is remembered by the store: a server that starts anew goes on with it', async context => {
  const w = await world(context)
  await w.put(switchingKey(failoverName), { failback: { kind: 'manual' } })
  await w.pass(heartbeatIntervalMs)
  w.setBeating('passive/a', 'passive/b')
  await w.pass(detectMs)
  assert.deepEqual(await w.data(), passive)
  w.setBeating(...balancers)
  await w.pass(2_000)
  assert.deepEqual(await w.data(), passive)
  await w.stop()
  const starting = w.start()
  await w.pass(3 * heartbeatIntervalMs)
  const role = await starting
  assert.deepEqual(await w.data(), passive)
  const latch = w.snapshot().get<SwitchLatch>(latchKey(failoverName))?.value
  assert.ok(latch)
  await w.put(latchKey(failoverName), { ...latch, epoch: latch.epoch + 1, answered: 'PRIMARY', by: 'ann' })
  await w.pass(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), active)
  await role.stop()
})

test('with the store stalled it goes on by its own memory', async context => {
  const w = await world(context)
  await w.put(switchingKey(failoverName), { failback: { kind: 'manual' } })
  await w.pass(heartbeatIntervalMs)
  await w.supervisorSays('active/a', 'crash-looping')
  await w.supervisorSays('active/b', 'crash-looping')
  w.stall()
  await w.clock.advanceAsync(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), passive)
  await w.clock.advanceAsync(60_000)
  assert.deepEqual(await w.data(), passive)
})

test('what the store said earlier does not override what it said since', async context => {
  const w = await world(context)
  const earlier = w.snapshot()
  await w.put(switchingKey(failoverName), { override: override('secondary', w.clock.now(), 60_000) })
  assert.deepEqual(await w.data(), passive)
  w.replay(earlier)
  await w.clock.advanceAsync(heartbeatIntervalMs)
  assert.deepEqual(await w.data(), passive)
})

test('answers live shortly while a switch is likely, and as long as they may when it is calm', async context => {
  const w = await world(context)
  const ttl = () => w.ttlSeconds()
  assert.equal(await ttl(), 5)
  await w.put(topologySettingsKey, {
    ...w.documents[topologySettingsKey],
    failover: { failback: { kind: 'automatic' }, switchesMax: 10, windowMs: 600_000, shortTtlSeconds: 1 },
  })
  w.setBeating('passive/a', 'passive/b')
  await w.pass(detectMs)
  assert.equal(await ttl(), 1)
  w.setBeating(...balancers)
  await w.pass(heartbeatIntervalMs)
  assert.equal(await ttl(), 1)
  await w.pass(unrestMs)
  assert.equal(await ttl(), 5)
})

test('a server of a name that the topology does not have says so', async context => {
  const w = await world(context, { start: false })
  const starting = w.start('dns-3')
  const refused = assert.rejects(starting, /dns-3: the topology has 1 name servers/)
  await w.pass(3 * heartbeatIntervalMs)
  await refused
})
