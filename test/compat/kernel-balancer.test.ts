import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import type { ListenerSnapshot, TargetGroupSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import { flowHash, ipProtocol } from '../../src/balancer/selection/flow-hash.ts'
import { selectTarget } from '../../src/balancer/selection/select-target.ts'
import { targetPool } from '../../src/balancer/selection/target-pool.ts'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { requireTool } from '../required-tool.ts'
import { eventually } from '../system/everport.ts'
import { addresses, type BalancerNetwork, ipv6, makeBalancerNetwork } from './balancer-network.ts'
import type { ClientFunctions } from './client-child.ts'
import type { EngineFunctions } from './engine-child.ts'
import { addNamespace } from './network-namespace.ts'
import { type Remote, startRemote } from './remote-calls.ts'
import type { TargetFunctions } from './target-child.ts'

const port = 9996
const targetPort = 8000
/** An answer that is not to come has had the time to. */
const silenceMs = 700
/** For what takes milliseconds when nothing else runs. */
const soonMs = 30_000

/** A balancer with the kernel engine, a client and two targets that run. */
class World {
  readonly network: BalancerNetwork
  readonly client: Remote<ClientFunctions>
  readonly targets: readonly Remote<TargetFunctions>[]
  engine: Remote<EngineFunctions>
  readonly #t: TestContext
  family: (address: string) => string = address => address
  states: Record<string, TargetState['state']> = { a: 'healthy', b: 'healthy' }
  listeners: readonly ListenerSnapshot[] = [listenerPart(port)]
  group: Partial<TargetGroupSnapshot> = {}

  constructor(
    t: TestContext,
    network: BalancerNetwork,
    client: Remote<ClientFunctions>,
    targets: readonly Remote<TargetFunctions>[],
    engine: Remote<EngineFunctions>,
  ) {
    this.#t = t
    this.network = network
    this.client = client
    this.targets = targets
    this.engine = engine
  }

  get address(): string {
    return this.family(addresses.balancer)
  }

  async apply(): Promise<void> {
    const targets = ['a', 'b'].map((name, i) =>
      targetPart(name, {
        address: this.family(addresses.target(i)),
        port: targetPort,
        deregistering: this.states[name] === 'draining',
      }),
    )
    const snapshot = snapshotPart(this.listeners, [groupPart(targets, this.group)], { address: this.address })
    await this.engine.apply(
      snapshot,
      targets.map(({ key, id }) => [key, { state: this.states[id] ?? 'initial' }]),
    )
  }

  async set(states: Record<string, TargetState['state']>): Promise<void> {
    this.states = { ...this.states, ...states }
    await this.apply()
  }

  /** First words of the greetings: names of targets, or what went wrong. */
  async greetings(count: number, at = port, timeoutMs = soonMs): Promise<string[]> {
    const said = await this.client.greetings(this.address, at, count, timeoutMs)
    return said.map(line => line.split(' ')[0] ?? '')
  }

  async open(id: string): Promise<string> {
    return (await this.client.open(id, this.address, port)).split(' ')[0] ?? ''
  }

  /** So many connections to each target, which stay open. Names them `a1`, `a2` … `b1`. */
  async openEach(count: number): Promise<void> {
    const seen: Record<string, number> = { a: 0, b: 0 }
    for (let i = 0; Object.values(seen).some(number => number < count); i++) {
      const said = await this.client.open(`try${i}`, this.address, port)
      const name = said.split(' ')[0] ?? ''
      assert.ok(name in seen, said)
      const number = (seen[name] ?? 0) + 1
      if (number > count) await this.client.shut(`try${i}`)
      else this.#names.set(`${name}${number}`, `try${i}`)
      seen[name] = number
    }
  }
  readonly #names = new Map<string, string>()

  /** The same, of one target that alone takes connections. */
  async openEachOf(name: string, count: number): Promise<void> {
    for (let i = 1; i <= count; i++) {
      assert.equal(await this.open(`${name}${i}`), name)
      this.#names.delete(`${name}${i}`)
    }
  }

  held(name: string): string {
    return this.#names.get(name) ?? name
  }

  async says(name: string, text: string): Promise<void> {
    await this.client.say(this.held(name), text)
    await eventually(
      `${name} hears ${text}`,
      soonMs,
      async () => (await this.client.heard(this.held(name))).endsWith(text),
      Boolean,
    )
  }

  end(name: string): Promise<string> {
    return this.client.end(this.held(name))
  }

  ended(name: string, how: string, withinMs = soonMs): Promise<unknown> {
    return eventually(
      `${name} ends by ${how}`,
      withinMs,
      () => this.end(name),
      end => end === how,
    )
  }

  async rules(): Promise<string> {
    return this.network.balancer.run('nft', '-s', 'list', 'ruleset')
  }

  /** The balancer's process dies, and another begins. */
  async killAndRestart(): Promise<void> {
    await killed(this.engine.child)
    this.engine = await startRemote(this.#t, this.network.balancer, './engine-child.ts')
  }
}

/** From then on nobody listens there. */
async function killed(child: ChildProcess | undefined): Promise<void> {
  assert.ok(child)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function makeWorld(t: TestContext): Promise<World | undefined> {
  if (!['nft', 'conntrack'].every(program => requireTool(t, program))) return undefined
  const network = await makeBalancerNetwork(t)
  if (network === undefined) return undefined
  const [client, engine, ...targets] = await Promise.all([
    startRemote<ClientFunctions>(t, network.client, './client-child.ts'),
    startRemote<EngineFunctions>(t, network.balancer, './engine-child.ts'),
    ...network.targets.map((namespace, i) =>
      startRemote<TargetFunctions>(t, namespace, './target-child.ts', [
        i === 0 ? 'a' : 'b',
        String(targetPort),
      ]),
    ),
  ])
  return new World(t, network, client, targets, engine)
}

const count = (names: readonly string[]): Record<string, number> => {
  const found: Record<string, number> = {}
  for (const name of names) found[name] = (found[name] ?? 0) + 1
  return found
}

test('connections are spread, masqueraded or not, in IPv4 and IPv6; UDP too', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  w.listeners = [listenerPart(port, { protocol: 'TCP_UDP' })]
  for (const family of [(address: string) => address, ipv6]) {
    w.family = family
    for (const preservesClientIp of [false, true]) {
      w.group = { preservesClientIp }
      await w.apply()
      const said: string[] = await w.client.greetings(w.address, port, 40)
      const names = count(said.map(line => line.split(' ')[0] ?? ''))
      assert.ok((names['a'] ?? 0) >= 8 && (names['b'] ?? 0) >= 8 && said.length === 40, JSON.stringify(names))
      const seenAs = new Set(said.map(line => line.split(' ')[1]?.replace('::ffff:', '')))
      if (preservesClientIp) assert.deepEqual([...seenAs], [family(addresses.client)])
      else assert.ok(![...seenAs].includes(family(addresses.client)), [...seenAs].join(' '))

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          w.client.ask(`${w.address} ${preservesClientIp} ${i}`, 'hello', w.address, port),
        ),
      )
      const byName = count(answers.map(line => line.split(' ')[0] ?? ''))
      assert.deepEqual(Object.keys(byName).sort(), ['a', 'b'])
    }
  }
  assert.ok(
    !(await w.rules()).includes('table ip everport'),
    'the table of the other kind of address is gone',
  )
})

test('flows of a target: they go on while it drains, and end on both sides at once when it is unhealthy', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  await w.apply()
  await w.openEach(4)
  await w.set({ a: 'draining' })
  assert.deepEqual(count(await w.greetings(20)), { b: 20 })
  await w.says('a1', 'still here')

  await w.set({ a: 'unhealthy' })
  // Nobody says anything: they are told.
  for (const name of ['a1', 'a2', 'a3', 'a4']) await w.ended(name, 'ECONNRESET', 5_000)
  await eventually(
    'the target has lost its connections',
    soonMs,
    async () => w.targets[0]?.openConnections(),
    open => open === 0,
  )
  for (const name of ['b1', 'b2', 'b3', 'b4']) await w.says(name, `${name} goes on`)
  const targets = new Map((await w.engine.counters()).targets)
  assert.equal(targets.get('tg/a')?.balancerResets, 4)

  await w.set({ a: 'healthy' })
  assert.deepEqual(Object.keys(count(await w.greetings(30))).sort(), ['a', 'b'])
  // Nobody is healthy: everybody is chosen from, and nobody is reset.
  await w.openEach(2)
  await w.set({ a: 'unhealthy', b: 'unhealthy' })
  assert.deepEqual(Object.keys(count(await w.greetings(30))).sort(), ['a', 'b'])
  await w.says('a1', 'fail open')
})

test('a target that refuses is passed over by the kernel before the balancer knows; both then know', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  await w.apply()
  await killed(w.targets[0]?.child)
  const said = count(await w.greetings(30))
  assert.ok((said['ECONNREFUSED'] ?? 0) <= 2 && (said['b'] ?? 0) >= 28, JSON.stringify(said))
  await eventually(
    'the engine tells',
    soonMs,
    () => w.engine.failures(),
    failures => failures.length > 0,
  )
  assert.deepEqual((await w.engine.failures())[0], ['tg/a', 'refused'])
})

test('a target that is silent is told of, and who waits for it is sent elsewhere when it is out', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  await w.apply()
  await w.network.targets[0]?.run(
    'nft',
    'add table ip t; add chain ip t c { type filter hook input priority 0; policy drop; }',
  )
  const opening = Array.from({ length: 16 }, (_, i) => w.client.open(`o${i}`, w.address, port, 2 * soonMs))
  await eventually(
    'the engine tells',
    soonMs,
    () => w.engine.failures(),
    failures => failures.length > 0,
  )
  assert.deepEqual((await w.engine.failures())[0], ['tg/a', 'timeout'])
  await w.set({ a: 'unhealthy' })
  const said = await Promise.all(opening)
  assert.deepEqual(count(said.map(line => line.split(' ')[0] ?? '')), { b: 16 })
})

test('what belongs to no flow is reset, what belongs to no listener is not answered, who is not allowed neither', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  w.listeners = [
    listenerPart(port, { idleTimeoutMs: 1_000 }),
    listenerPart(port + 1, { allowed: { tcp: ['10.78.0.0/16'], udp: [] } }),
  ]
  await w.apply()
  assert.deepEqual(await w.greetings(1, port + 2, silenceMs), ['timeout'])
  assert.deepEqual(await w.greetings(1, port + 1, silenceMs), ['timeout'])
  w.listeners = [
    w.listeners[0] as ListenerSnapshot,
    listenerPart(port + 1, { allowed: { tcp: ['10.78.0.0/16', '10.77.1.0/24'], udp: [] } }),
  ]
  await w.apply()
  assert.match((await w.greetings(1, port + 1))[0] ?? '', /^[ab]$/)

  await w.openEach(1)
  await eventually(
    'the kernel forgets idle flows',
    soonMs,
    () =>
      w.network.balancer.run(
        'conntrack',
        '-L',
        '--orig-dst',
        w.address,
        '-p',
        'tcp',
        '--state',
        'ESTABLISHED',
      ),
    flows => !flows.includes('dport=9996'),
  )
  await w.client.say(w.held('a1'), 'too late')
  await w.ended('a1', 'ECONNRESET')
  // Other services of this machine on the same address are nobody's business.
  const other = await startRemote<TargetFunctions>(t, w.network.balancer, './target-child.ts', [
    'other',
    '2222',
  ])
  assert.equal(await other.openConnections(), 0)
  assert.deepEqual(await w.greetings(1, 2222), ['other'])
})

test('the process dies: flows go on and begin, the next one takes the rules over; a clean stop takes them away', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  await w.apply()
  await w.openEach(2)
  const before = await w.rules()
  await w.killAndRestart()
  await w.says('a1', 'nobody home')
  assert.deepEqual(Object.keys(count(await w.greetings(20))).sort(), ['a', 'b'])
  const handles = await w.network.balancer.run('nft', '-a', 'list', 'chains')
  await w.apply()
  assert.equal(await w.rules(), before)
  assert.equal(await w.network.balancer.run('nft', '-a', 'list', 'chains'), handles)
  await w.set({ a: 'draining' })
  assert.deepEqual(count(await w.greetings(20)), { b: 20 })
  await w.says('b1', 'two lives')

  await w.network.balancer.run('nft', 'flush', 'ruleset')
  await eventually(
    'the rules are back',
    soonMs,
    () => w.rules(),
    rules => rules.includes('everport-test'),
  )
  assert.deepEqual(count(await w.greetings(5)), { b: 5 })
  await w.openEachOf('b', 1)
  const closing = w.engine.close(1_000)
  await eventually(
    'new connections are refused',
    soonMs,
    () => w.greetings(1),
    said => said[0] === 'ECONNREFUSED',
  )
  await closing
  await w.ended('b1', 'ECONNRESET')
  assert.equal(await w.rules(), '')
})

test('the kernel chooses whom the tables say: by the flow, by the source, by weights of groups', async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  await w.apply()
  const pool = targetPool(
    groupPart(['a', 'b'].map(name => targetPart(name, { address: name }))),
    new Map(['a', 'b'].map(name => [`tg/${name}`, { state: 'healthy' }])),
    'a',
  )
  for (let i = 0; i < 30; i++) {
    const { from, said } = await w.client.openFrom(`from${i}`, w.address, port)
    const hash = flowHash({
      sourceAddress: addresses.client,
      sourcePort: from,
      destinationAddress: w.address,
      destinationPort: port,
      protocol: ipProtocol.tcp,
    })
    assert.equal(said.split(' ')[0], selectTarget(pool, hash)?.id)
  }
  w.group = { isSticky: true }
  await w.apply()
  assert.equal(Object.keys(count(await w.greetings(20))).length, 1)
})

test('all on one machine and loopback addresses', async t => {
  if (!['nft', 'conntrack'].every(program => requireTool(t, program))) return
  const machine = await addNamespace(t)
  if (machine === undefined) return
  const [client, engine] = await Promise.all([
    startRemote<ClientFunctions>(t, machine, './client-child.ts'),
    startRemote<EngineFunctions>(t, machine, './engine-child.ts'),
    ...['127.0.1.11', '127.0.1.21'].map((address, i) =>
      startRemote<TargetFunctions>(t, machine, './target-child.ts', [
        i === 0 ? 'a' : 'b',
        `${port}`,
        address,
      ]),
    ),
  ])
  const apply = async (states: Record<string, TargetState['state']>): Promise<void> => {
    const targets = ['a', 'b'].map((name, i) => targetPart(name, { address: `127.0.1.${i + 1}1`, port }))
    await engine.apply(
      snapshotPart([listenerPart(port, { protocol: 'TCP_UDP' })], [groupPart(targets)], {
        address: '127.0.1.1',
      }),
      targets.map(({ key, id }) => [key, { state: states[id] ?? 'healthy' }]),
    )
  }
  await apply({})
  const said = await client.greetings('127.0.1.1', port, 30)
  assert.deepEqual(Object.keys(count(said.map(line => line.split(' ')[0] ?? ''))).sort(), ['a', 'b'])
  assert.match(await client.ask('u', 'hello', '127.0.1.1', port), /^[ab] 127\.0\.0\.1 hello$/)
  assert.deepEqual(await client.greetings('127.0.1.1', port + 1, 1, silenceMs), ['timeout'])
  const held: string[] = []
  for (let i = 0; !held.includes('a'); i++)
    held.push((await client.open(`held${i}`, '127.0.1.1', port)).split(' ')[0] ?? '')
  await apply({ a: 'unhealthy' })
  const last = `held${held.length - 1}`
  await eventually(
    'it is told',
    soonMs,
    () => client.end(last),
    end => end === 'ECONNRESET',
  )
  assert.deepEqual(count((await client.greetings('127.0.1.1', port, 10)).map(line => line[0] ?? '')), {
    b: 10,
  })
})

/** The number is 24,000; it takes its time. */
const churned = Number(process.env['EVERPORT_CHURN'] ?? 3_000)

test(`${churned} connections, cut in every way, leave nothing behind`, async t => {
  const w = await makeWorld(t)
  if (w === undefined) return
  await w.apply()
  // Who lists the table is shown none that is over; the kernel clears those away when it has time.
  const tracked = async (): Promise<number> =>
    (await w.network.balancer.run('conntrack', '-L', '--orig-dst', w.address)).split('\n').filter(Boolean)
      .length
  assert.ok((await w.client.churn(w.address, port, 500, 1)) > 300)
  await eventually(
    'counters are read, by a program that goes on',
    soonMs,
    async () => new Map((await w.engine.counters()).listeners).get(port)?.accepted ?? 0,
    accepted => accepted > 0,
  )
  const [files, memory] = [await w.engine.openFiles(), await w.engine.memoryBytes()]
  const answered = await w.client.churn(w.address, port, churned, 2)
  assert.ok(answered > churned * 0.7, `${answered} of ${churned} were answered`)
  await eventually('all are forgotten', 2 * soonMs, tracked, entries => entries === 0)
  await eventually(
    'programs have ended',
    soonMs,
    () => w.engine.openFiles(),
    open => open <= files,
  )
  const grown = (await w.engine.memoryBytes()) - memory
  assert.ok(grown < 32 * 1024 * 1024, `${grown} bytes more`)
  for (const target of w.targets)
    await eventually(
      'the target has none',
      soonMs,
      () => target.openConnections(),
      open => open === 0,
    )
})
