import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../base/log.ts'
import type { Connection } from '../base/network.ts'
import { seededRandom } from '../base/random.ts'
import {
  type LoadBalancerDocument,
  loadBalancerKey,
  type TargetDocument,
} from '../resources/load-balancing.ts'
import { type SecurityGroupDocument, securityGroupKey } from '../resources/network.ts'
import { balancerRoleName } from '../resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  type ProcessStatus,
  processStatusKey,
} from '../resources/status.ts'
import type { Heartbeat } from '../store/heartbeats.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { SimulatedClock, settled } from '../testing/clock.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { SimulatedNetwork } from '../testing/network.ts'
import { startBalancer } from './balancer.ts'
import type { RoleContext } from './context.ts'

const balancerAddress = '127.0.1.1'
const nodes = { a: '127.0.1.11', b: '127.0.1.21' } as const

/** One client connection: what it got, and how it ended. */
interface Client {
  readonly connection: Connection
  received: string
  end: 'open' | 'end' | 'reset'
}

class Fixture {
  readonly clock = new SimulatedClock()
  readonly store: Store
  readonly network: SimulatedNetwork
  readonly seed: number

  constructor(seed = 1, store: Store = memoryStore()) {
    this.seed = seed
    this.store = store
    this.network = new SimulatedNetwork({ clock: this.clock, random: seededRandom(seed) })
  }

  /** A node greets on 9996 and answers health checks on 9090. */
  async runNode(name: keyof typeof nodes): Promise<void> {
    const host = this.network.host(nodes[name])
    await host.listen({ address: nodes[name], port: 9996 }, {}, connection => {
      connection.on('error', () => undefined)
      connection.on('data', data => connection.write(data))
      connection.on('end', () => connection.end())
      connection.write(Buffer.from(`${name}\n`))
    })
    await host.listen({ address: nodes[name], port: 9090 }, {}, connection => {
      connection.on('error', () => undefined)
      connection.on('data', () => {
        connection.write(Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'))
        connection.end()
      })
    })
  }

  context(roleName = 'balancer-active-a'): RoleContext {
    return {
      roleName,
      stateDir: '/nowhere',
      store: this.store,
      clock: this.clock,
      random: seededRandom(this.seed),
      network: this.network.host(balancerAddress),
      log: silentLog,
    }
  }

  async put(key: string, value: object | undefined): Promise<number> {
    const revision = await this.store.commit([], [{ key, value }])
    assert.ok(typeof revision === 'number')
    return revision
  }

  async putAll(documents: Record<string, object>): Promise<void> {
    await this.store.commit(
      [],
      Object.entries(documents).map(([key, value]) => ({ key, value })),
    )
  }

  /** Starts the balancer of zone a, and lets the time pass that this takes. */
  async start(roleName?: string) {
    let isDone = false
    const starting = startBalancer(this.context(roleName)).finally(() => {
      isDone = true
    })
    // Rejections are the caller's, who waits until time has passed.
    starting.catch(() => undefined)
    while (!isDone) await this.clock.advanceAsync(5)
    return starting
  }

  lastBeat(): Heartbeat {
    const last = this.store.heartbeats.last(balancerStatusKey('active', 'a'))
    assert.ok(last)
    return last
  }

  status(): BalancerStatus {
    const found = this.store.read().get<BalancerStatus>(balancerStatusKey('active', 'a'))
    assert.ok(found, 'the balancer has told its status')
    return found.value
  }

  /** `i-a healthy, i-b unhealthy` of the ODBC group. */
  health(): string {
    return this.status()
      .targets.filter(({ Target }) => Target.Port === 9996)
      .map(({ Target, TargetHealth }) => `${Target.Id} ${TargetHealth.State}`)
      .join(', ')
  }

  async until(what: string, holds: () => boolean, withinMs: number): Promise<number> {
    const from = this.clock.now()
    for (;;) {
      await settled()
      if (holds()) return this.clock.now() - from
      assert.ok(this.clock.now() - from < withinMs, `seed ${this.seed}: not within ${withinMs} ms: ${what}`)
      await this.clock.advanceAsync(1)
    }
  }

  async connect(): Promise<Client> {
    const connecting = this.network
      .host('127.0.0.1')
      .connect({ address: balancerAddress, port: 9996 }, { timeoutMs: 1_000 })
    connecting.catch(() => undefined)
    await this.clock.advanceAsync(2)
    const client: Client = { connection: await connecting, received: '', end: 'open' }
    client.connection.on('error', () => {
      client.end = 'reset'
    })
    client.connection.on('end', () => {
      client.end = 'end'
    })
    client.connection.on('data', data => {
      client.received += data.toString()
    })
    return client
  }

  /** Who greets a new connection. */
  async greeting(): Promise<string> {
    const client = await this.connect()
    await this.until('a greeting', () => client.received !== '' || client.end !== 'open', 2_000)
    client.connection.destroy()
    return client.received.trim()
  }
}

async function running(seed = 1): Promise<Fixture> {
  const f = new Fixture(seed)
  await f.putAll(clusterDocuments())
  await f.runNode('a')
  await f.runNode('b')
  await f.start()
  await f.until('both healthy', () => f.health() === 'i-a healthy, i-b healthy', 1_000)
  return f
}

const processStatus = (state: ProcessStatus['state'], pid = 1): ProcessStatus => ({
  state,
  identity: { pid, startedAt: `start of ${pid}` },
  restarts: 0,
  since: '2026-01-01T00:00:00Z',
  reason: 'test',
})

test('it serves from its own zone and tells what it sees', async () => {
  const f = await running()
  for (let i = 0; i < 10; i++) assert.equal(await f.greeting(), 'a')
  // Counters are for people: the store has them a second later, at the latest.
  await f.clock.advanceAsync(1_250)
  const status = f.status()
  assert.equal(status.engine, 'userspace')
  assert.deepEqual(
    status.listeners.map(({ port, newConnections }) => [port, newConnections]),
    [
      [9090, 0],
      [9996, 10],
    ],
  )
  const target = status.targets.find(({ Target }) => Target.Id === 'i-a')
  assert.deepEqual(target?.TargetHealth, { State: 'healthy' })
  assert.match(target?.Evidence ?? '', /^HTTP 200 in /)
  const { heartbeat: before } = f.lastBeat()
  const { revision } = f.store.read()
  await f.clock.advanceAsync(1_000)
  assert.equal(f.lastBeat().heartbeat, before + 4)
  assert.equal(f.store.read().revision, revision, 'what is as it was is not told again')
})

test('a node that crashes, 100 seeds: flows end, and the next connection is served within 100 ms', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const f = await running(seed)
    const client = await f.connect()
    await f.until('a greeting', () => client.received === 'a\n', 100)
    await f.clock.advanceAsync((seed * 37) % 250)
    f.network.crash(nodes.a)
    const gapMs = await f.until('the end', () => client.end !== 'open', 50)
    const from = f.clock.now()
    assert.equal(await f.greeting(), 'b')
    const tookMs = gapMs + f.clock.now() - from
    assert.ok(tookMs <= 100, `seed ${seed}: ${tookMs} ms`)
    await f.until('the target is out', () => f.health().startsWith('i-a unhealthy'), 20)
  }
})

test('a node that hangs, 100 seeds: its flows are reset and the next connection served within 1.5 s', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const f = await running(seed)
    const client = await f.connect()
    await f.until('a greeting', () => client.received === 'a\n', 100)
    await f.clock.advanceAsync((seed * 37) % 250)
    f.network.hang(nodes.a)
    const gapMs = await f.until('the reset', () => client.end === 'reset', 1_400)
    const from = f.clock.now()
    assert.equal(await f.greeting(), 'b')
    const tookMs = gapMs + f.clock.now() - from
    assert.ok(tookMs <= 1_500, `seed ${seed}: ${tookMs} ms`)
    // It wakes up and earns its place back.
    f.network.restore(nodes.a)
    await f.until('healthy again', () => f.health() === 'i-a healthy, i-b healthy', 2_000)
    assert.equal(await f.greeting(), 'a')
  }
})

test("the supervisor's word needs no probe: dead is out at once, a new process is probed at once", async () => {
  const f = await running()
  const key = processStatusKey('node-active-a-1')
  await f.put(key, processStatus('running'))
  const client = await f.connect()
  await f.until('a greeting', () => client.received === 'a\n', 100)

  await f.put(key, processStatus('backing-off'))
  await f.until('unhealthy by word', () => f.health() === 'i-a unhealthy, i-b healthy', 5)
  const target = f.status().targets.find(({ Target }) => Target.Id === 'i-a')
  assert.equal(target?.Evidence, 'its process is backing-off: test')
  assert.equal(await f.greeting(), 'b')

  await f.put(key, processStatus('running', 2))
  await f.until('healthy by probes', () => f.health() === 'i-a healthy, i-b healthy', 260)
  await f.put(key, processStatus('running', 3))
  await f.until('a process replaced unseen', () => f.health() === 'i-a unhealthy, i-b healthy', 5)
  await f.until('healthy by probes', () => f.health() === 'i-a healthy, i-b healthy', 260)
})

test('a process that ends in good order takes nothing new and keeps its flows', async () => {
  const f = await running()
  const client = await f.connect()
  await f.until('a greeting', () => client.received === 'a\n', 100)
  await f.put(processStatusKey('node-active-a-1'), processStatus('stopping'))
  await f.until('draining', () => f.health() === 'i-a unhealthy.draining, i-b healthy', 5)
  assert.equal(await f.greeting(), 'b')
  await f.clock.advanceAsync(3_000)
  client.connection.write(Buffer.from('still'))
  await f.until('the echo', () => client.received === 'a\nstill', 100)
})

test('deregistered: when the applied revision is told, no new connection goes there; flows go on', async () => {
  const f = await running()
  const client = await f.connect()
  await f.until('a greeting', () => client.received === 'a\n', 100)
  const key = 'elbv2/target/active-odbc/i-a:9996'
  const document = f.store.read().get<TargetDocument>(key)?.value
  const revision = await f.put(key, { ...document, DeregisteredAt: '2026-01-01T00:00:00Z' })
  const tookMs = await f.until('it is applied', () => f.lastBeat().appliedRevision >= revision, 50)
  assert.ok(tookMs < 10, `${tookMs} ms`)
  assert.equal(f.health(), 'i-a draining, i-b healthy')
  for (let i = 0; i < 5; i++) assert.equal(await f.greeting(), 'b')
  client.connection.write(Buffer.from('still'))
  await f.until('the echo', () => client.received === 'a\nstill', 100)

  await f.put(key, document)
  await f.until('in service at the first pass', () => f.health() === 'i-a healthy, i-b healthy', 60)
  assert.equal(await f.greeting(), 'a')
})

test('a listener that appears is opened, one that goes is closed', async () => {
  const f = await running()
  const key = 'elbv2/listener/active/9996'
  const listener = f.store.read().get<object>(key)?.value
  await f.put(key, undefined)
  await f.clock.advanceAsync(10)
  await assert.rejects(f.connect(), /refused/)
  await f.put(key, listener)
  await f.clock.advanceAsync(10)
  assert.equal(await f.greeting(), 'a')
})

test('rules of its security groups hold as soon as they change', async () => {
  const f = await running()
  const rules = (IpRanges: { CidrIp: string }[]): SecurityGroupDocument => ({
    SecurityGroup: {
      GroupId: 'sg-1',
      GroupName: 'clients',
      VpcId: 'vpc-1',
      IpPermissions: [{ IpProtocol: '-1', IpRanges }],
    },
  })
  await f.put(securityGroupKey('sg-1'), rules([{ CidrIp: '127.0.0.1/32' }]))
  const key = loadBalancerKey('active')
  const found = f.store.read().get<LoadBalancerDocument>(key)?.value
  assert.ok(found)
  await f.put(key, { ...found, LoadBalancer: { ...found.LoadBalancer, SecurityGroups: ['sg-1'] } })
  await f.clock.advanceAsync(10)
  assert.equal(await f.greeting(), 'a')
  await f.put(securityGroupKey('sg-1'), rules([]))
  await f.clock.advanceAsync(10)
  const to = { address: balancerAddress, port: 9996 }
  const ended = f.network
    .host('127.0.0.1')
    .connect(to, { timeoutMs: 1_000 })
    .then(
      connection =>
        new Promise<string>(resolve => {
          connection.on('error', error => resolve(error.message))
          connection.on('data', data => resolve(data.toString()))
        }),
    )
  await f.clock.advanceAsync(100)
  assert.match(await ended, /ECONNRESET/)
  await f.put(securityGroupKey('sg-1'), rules([{ CidrIp: '127.0.0.0/16' }]))
  await f.clock.advanceAsync(10)
  assert.equal(await f.greeting(), 'a')
})

test('with the store gone it serves, checks and fails over', async () => {
  const whole = memoryStore()
  let isGone = false
  const store: Store = {
    ...whole,
    commit: (...args) => (isGone ? Promise.reject(new Error('no disk')) : whole.commit(...args)),
    watch: whole.watch,
  }
  const f = new Fixture(1, store)
  await f.putAll(clusterDocuments())
  await f.runNode('a')
  await f.runNode('b')
  await f.start()
  await f.until('both healthy', () => f.health() === 'i-a healthy, i-b healthy', 1_000)
  isGone = true
  f.network.hang(nodes.a)
  await f.clock.advanceAsync(1_500)
  assert.equal(await f.greeting(), 'b')
})

test('a name that no document explains, and a port in use, are told when it starts', async () => {
  const f = new Fixture()
  await f.putAll(clusterDocuments())
  await assert.rejects(f.start('balancer-active-z'), {
    code: 'not_found',
    detail: 'the store has balancer-active-a, balancer-active-b',
  })
  await f.network.host(balancerAddress).listen({ address: balancerAddress, port: 9996 }, {}, () => undefined)
  await assert.rejects(f.start(), { code: 'address_in_use' })
})

test('zones and load balancers may have hyphens', async () => {
  const f = new Fixture()
  const zones = { 'eu-west-1a': { balancer: balancerAddress, nodes: [nodes.a] } }
  await f.putAll(clusterDocuments({ name: 'data-active', zones, ports: { odbc: 9996, web: 9090 } }))
  await f.runNode('a')
  await f.start(balancerRoleName('data-active', 'eu-west-1a'))
  assert.equal(await f.greeting(), 'a')
})

test('stop: names stop at once, flows get until the deadline', async () => {
  const f = new Fixture()
  await f.putAll(clusterDocuments())
  await f.runNode('a')
  await f.runNode('b')
  const role = await f.start()
  const client = await f.connect()
  await f.until('a greeting', () => client.received === 'a\n', 100)
  let isStopped = false
  void role.stop().then(() => {
    isStopped = true
  })
  await f.clock.advanceAsync(10)
  assert.equal(f.store.read().get(balancerStatusKey('active', 'a')), undefined)
  client.connection.write(Buffer.from('still'))
  await f.until('the echo', () => client.received === 'a\nstill', 100)
  assert.equal(isStopped, false)
  await f.until('stopped', () => isStopped, 6_000)
  await f.until('the reset', () => client.end === 'reset', 100)
})
