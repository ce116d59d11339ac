import assert from 'node:assert/strict'
import type { Engine } from '../../src/balancer/engine.ts'
import {
  type BalancerSnapshot,
  balancerSnapshot,
  type TargetGroupSnapshot,
} from '../../src/balancer/selection/balancer-snapshot.ts'
import { type TargetPool, targetPool } from '../../src/balancer/selection/target-pool.ts'
import { type TargetStates, targetState } from '../../src/balancer/selection/target-state.ts'
import { userspaceEngine } from '../../src/balancer/userspace/engine.ts'
import { userspaceLimits } from '../../src/balancer/userspace/limits.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Connection, Network } from '../../src/base/network.ts'
import { below, choose, fraction, type Random, seededRandom } from '../../src/base/random.ts'
import { initialVerdict, type Verdict } from '../../src/health/verdict.ts'
import type { InstanceDocument } from '../../src/resources/instances.ts'
import type {
  ListenerDocument,
  LoadBalancerDocument,
  TargetDocument,
  TargetGroupDocument,
} from '../../src/resources/load-balancing.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { SimulatedClock } from '../../src/testing/clock.ts'
import { clusterDocuments } from '../../src/testing/cluster-documents.ts'
import { SimulatedNetwork } from '../../src/testing/network.ts'

export interface BalancingCounts {
  flows: number
  changes: number
  failOpen: number
  departures: number
  restarts: number
}

const zone = 'a'
const address = '127.0.1.1'
const port = 9996
const groupNames = ['active-odbc', 'active-web'] as const
const stepsMax = 12
const flowsPerStep = 3

/**
 * One run of the real engine on a simulated network: random changes of everything that a balancer works by, and clients all the time. At each
 * connect of the engine what it was last told is looked at. Throws when an invariant does not hold, with the seed.
 */
export async function simulateBalancing(seed: number): Promise<BalancingCounts> {
  const run = new Balancing(seed)
  // Refused and reset connections are errors by the thousand here, and nobody reads their stacks.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    await run.start()
    for (let step = 0; step < stepsMax; step++) await run.step()
    await run.end()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(
      `seed ${seed}: ${text}\nagain: EVERPORT_SEED=${seed} npm test -- test/sim/balancing\nbefore it:\n  ${run.trace.slice(-25).join('\n  ')}`,
      { cause: error },
    )
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  return run.counts
}

class Balancing {
  readonly counts: BalancingCounts = { flows: 0, changes: 0, failOpen: 0, departures: 0, restarts: 0 }
  readonly trace: string[] = []
  readonly #random: Random
  readonly #clock = new SimulatedClock()
  readonly #network: SimulatedNetwork
  readonly #store: Store = memoryStore()
  readonly #verdicts = new Map<string, Verdict>()
  readonly #clients = new Set<Connection>()
  readonly #pools = new WeakMap<TargetStates, Map<string, TargetPool>>()
  #snapshot: BalancerSnapshot | undefined
  #states: TargetStates = new Map()
  #engine: Engine | undefined

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#network = new SimulatedNetwork({ clock: this.#clock, random: this.#random })
  }

  async start(): Promise<void> {
    const nodes = (first: number): string[] =>
      Array.from({ length: 1 + below(this.#random, 5) }, (_, i) => `127.0.${first}.${11 + i}`)
    const documents = clusterDocuments({
      name: 'active',
      zones: {
        a: { balancer: address, nodes: nodes(1) },
        b: { balancer: '127.0.1.2', nodes: nodes(2) },
      },
      ports: { odbc: port, web: 9090 },
    })
    await this.#put(documents)
    for (const { value } of this.#store.read().list<InstanceDocument>('ec2/instance/'))
      await this.#runNode(value.Instance.PrivateIpAddress)
    for (const { key } of this.#store.read().list<TargetDocument>('elbv2/target/'))
      if (fraction(this.#random) < 0.9) this.#flip(key)
    await this.#startEngine()
    await this.#apply('start')
  }

  async step(): Promise<void> {
    const changes = 1 + below(this.#random, 3)
    for (let i = 0; i < changes; i++) await this.#change()
    await this.#apply('changed')
    for (let i = 0; i < flowsPerStep; i++) this.#connect()
    // Some flows are in the middle of their handshakes when the next change comes.
    await this.#clock.advanceAsync(fraction(this.#random) < 0.5 ? 0.3 : 20)
    for (const client of this.#clients) if (fraction(this.#random) < 0.2) this.#leave(client)
  }

  async end(): Promise<void> {
    await this.#clock.advanceAsync(2_000)
    for (const client of this.#clients) client.resetAndDestroy()
    await this.#clock.advanceAsync(2_000)
    const { listeners, targets } = this.#engineNow().counters()
    for (const [at, { active }] of listeners) assert.equal(active, 0, `flows left on port ${at}`)
    for (const [key, { active }] of targets) assert.equal(active, 0, `flows left with ${key}`)
    const closed = this.#engineNow().close(0)
    await this.#clock.advanceAsync(10)
    await closed
  }

  // The world

  async #runNode(at: string): Promise<void> {
    for (const listened of [port, 9090])
      await this.#network.host(at).listen({ address: at, port: listened }, {}, connection => {
        connection.on('error', () => undefined)
        connection.on('data', data => connection.write(data))
        connection.on('end', () => connection.end())
      })
  }

  async #startEngine(): Promise<void> {
    const host = this.#network.host(address)
    const network: Network = {
      ...host,
      connect: (to, options) => {
        this.#check(`${to.address}:${to.port}`)
        return host.connect(to, options)
      },
    }
    this.#engine = userspaceEngine({
      network,
      clock: this.#clock,
      log: silentLog,
      events: { connectFailed: () => undefined },
      limits: { ...userspaceLimits, connectTimeoutMs: 100, expiredMax: 0 },
    })
    await Promise.resolve()
  }

  #engineNow(): Engine {
    assert.ok(this.#engine)
    return this.#engine
  }

  async #put(documents: Record<string, object | undefined>): Promise<void> {
    await this.#store.commit(
      [],
      Object.entries(documents).map(([key, value]) => ({ key, value })),
    )
  }

  async #change(): Promise<void> {
    this.counts.changes++
    const target = choose(this.#random, this.#store.read().list<TargetDocument>('elbv2/target/'))
    const dice = below(this.#random, 16)
    if (target === undefined || dice === 0) return this.#register()
    if (dice < 6) return this.#flip(target.key)
    if (dice < 8) return this.#drain(target.key, target.value)
    if (dice === 8) return this.#put({ [target.key]: undefined })
    if (dice === 9) return this.#put({ [target.key]: { ...target.value, Weight: below(this.#random, 4) } })
    if (dice === 10) return this.#weigh()
    if (dice === 11) return this.#attributes()
    if (dice === 12) return this.#loseZone()
    if (dice === 13) return this.#restart()
    return this.#crash(target.key)
  }

  #flip(documentKey: string): void {
    const key = documentKey.replace('elbv2/target/', '')
    const before = this.#verdicts.get(key)
    const state = before?.state === 'healthy' ? 'unhealthy' : 'healthy'
    this.#verdicts.set(key, { ...initialVerdict(this.#clock.now()), state })
    this.#note(`${key} ${state}`)
  }

  async #drain(key: string, document: TargetDocument): Promise<void> {
    const isDraining = document.DeregisteredAt !== undefined
    const { DeregisteredAt: _, ...rest } = document
    await this.#put({ [key]: isDraining ? rest : { ...document, DeregisteredAt: '2026-01-01T00:00:00Z' } })
    this.#note(`${key} ${isDraining ? 'registered again' : 'deregistered'}`)
  }

  async #register(): Promise<void> {
    const group = choose(this.#random, groupNames) ?? groupNames[0]
    const instance = choose(this.#random, this.#store.read().list<InstanceDocument>('ec2/instance/'))
    if (instance === undefined) return
    const Id = instance.value.Instance.InstanceId
    const Port = group === 'active-odbc' ? port : 9090
    await this.#put({
      [`elbv2/target/${group}/${Id}:${Port}`]: { Target: { Id, Port } } satisfies TargetDocument,
    })
    this.#note(`${group}/${Id} registered`)
  }

  async #weigh(): Promise<void> {
    const key = `elbv2/listener/active/${port}`
    const listener = this.#store.read().get<ListenerDocument>(key)?.value
    if (listener === undefined) return
    const weights = groupNames.map(() => below(this.#random, 3))
    const TargetGroups = groupNames.map((name, i) => ({
      TargetGroupArn: `arn:${name}`,
      Weight: weights[i] ?? 0,
    }))
    const action = { Type: 'forward' as const, ForwardConfig: { TargetGroups } }
    await this.#put({ [key]: { ...listener, Listener: { ...listener.Listener, DefaultActions: [action] } } })
    this.#note(`groups weigh ${weights.join(' ')}`)
  }

  async #attributes(): Promise<void> {
    const name = choose(this.#random, groupNames) ?? groupNames[0]
    const key = `elbv2/target-group/${name}`
    const group = this.#store.read().get<TargetGroupDocument>(key)?.value
    if (group === undefined) return
    const truth = (): string => String(fraction(this.#random) < 0.5)
    const Attributes = {
      ...group.Attributes,
      'stickiness.enabled': truth(),
      'load_balancing.cross_zone.enabled': truth(),
      'deregistration_delay.connection_termination.enabled': truth(),
      'deregistration_delay.timeout_seconds': '1',
      'target_health_state.unhealthy.connection_termination.enabled': truth(),
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage':
        choose(this.#random, ['off', '50', '100']) ?? 'off',
    }
    await this.#put({ [key]: { ...group, Attributes } })
    this.#note(`${name} ${JSON.stringify(Attributes)}`)
  }

  /** All targets of zone b fail, or the zone leaves the load balancer and comes back. */
  async #loseZone(): Promise<void> {
    const key = 'elbv2/load-balancer/active'
    const balancer = this.#store.read().get<LoadBalancerDocument>(key)?.value
    if (balancer === undefined) return
    const { AvailabilityZones: zones } = balancer.LoadBalancer
    const AvailabilityZones =
      zones.length === 2
        ? zones.slice(0, 1)
        : [...zones, { ZoneName: 'b', LoadBalancerAddresses: [{ IpAddress: '127.0.1.2' }] }]
    await this.#put({ [key]: { ...balancer, LoadBalancer: { ...balancer.LoadBalancer, AvailabilityZones } } })
    this.#note(`zones: ${AvailabilityZones.map(({ ZoneName }) => ZoneName).join(' ')}`)
  }

  async #restart(): Promise<void> {
    this.counts.restarts++
    this.#note('the engine starts anew')
    const closed = this.#engineNow().close(0)
    await this.#clock.advanceAsync(5)
    await closed
    await this.#startEngine()
  }

  async #crash(documentKey: string): Promise<void> {
    const id = /\/(i-[^:]*):/.exec(documentKey)?.[1] ?? ''
    const at = this.#store.read().get<InstanceDocument>(`ec2/instance/${id}`)?.value.Instance.PrivateIpAddress
    if (at === undefined) return
    this.#network.crash(at)
    this.#network.restore(at)
    if (fraction(this.#random) < 0.7) await this.#runNode(at)
    this.#note(`${at} crashed`)
  }

  async #apply(why: string): Promise<void> {
    const before = this.#snapshot
    const after = balancerSnapshot(this.#store.read(), 'active', zone)
    const states = new Map(
      after.targetGroups.flatMap(group =>
        group.targets.map(target => {
          const verdict = this.#verdicts.get(target.key)
          return [
            target.key,
            targetState(group, target, { verdict, isCheckerSick: false, nowMs: this.#clock.now() }),
          ] as const
        }),
      ),
    )
    this.#checkDisturbance(before, this.#states, after, states)
    this.#snapshot = after
    this.#states = states
    this.#note(`${why}: ${[...states].map(([key, { state }]) => `${key} ${state}`).join(', ')}`)
    const applied = this.#engineNow().apply(after, states)
    // From here on, before the promise has resolved, the new selection holds.
    this.#connect()
    await this.#clock.advanceAsync(0.1)
    await applied
  }

  #connect(): void {
    const from = `127.0.3.${1 + below(this.#random, 200)}`
    const opening = this.#network.host(from).connect({ address, port }, { timeoutMs: 1_000 })
    void opening.then(
      connection => {
        this.counts.flows++
        connection.on('error', () => undefined)
        connection.on('close', () => this.#clients.delete(connection))
        connection.write(Buffer.from('hello'))
        this.#clients.add(connection)
      },
      () => undefined,
    )
  }

  #leave(client: Connection): void {
    if (fraction(this.#random) < 0.5) client.end()
    else client.resetAndDestroy()
  }

  // What must hold

  /** The engine opens a connection to a target. */
  #check(where: string): void {
    const snapshot = this.#snapshot
    assert.ok(snapshot)
    const found = snapshot.targetGroups.flatMap(group =>
      group.targets
        .filter(target => `${target.address}:${target.port}` === where)
        .map(target => ({ group, target, state: this.#states.get(target.key)?.state ?? 'initial' })),
    )
    // One address may be registered in two groups; one of them must allow it.
    const allowed = found.filter(
      ({ state, target }) => state !== 'draining' && state !== 'unused' && target.weight > 0,
    )
    assert.ok(
      allowed.length > 0,
      `a new flow to ${where}, which is ${found.map(({ state }) => state).join(', ') || 'not registered'}`,
    )
    if (allowed.some(({ state }) => state === 'healthy')) return
    // Or everybody who is healthy has refused this flow.
    const mayFailOpen = allowed.some(
      ({ group }) => this.#poolOf(group).failOpen || this.#healthyRefuse(group),
    )
    assert.ok(mayFailOpen, `a new flow to ${where}, ${allowed[0]?.state}, while healthy targets take flows`)
    this.counts.failOpen++
  }

  #poolOf(group: TargetGroupSnapshot, states = this.#states): TargetPool {
    const ofStates = this.#pools.get(states) ?? new Map<string, TargetPool>()
    this.#pools.set(states, ofStates)
    const pool = ofStates.get(group.name) ?? targetPool(group, states, zone)
    ofStates.set(group.name, pool)
    return pool
  }

  /** Whether no healthy target of the group has a program that listens. */
  #healthyRefuse(group: TargetGroupSnapshot): boolean {
    return group.targets
      .filter(({ key, weight }) => weight > 0 && this.#states.get(key)?.state === 'healthy')
      .every(target => !this.#network.isListening(target))
  }

  /** One of N equal targets leaves those that are chosen from: at most 2/N of the others' slots move. */
  #checkDisturbance(
    before: BalancerSnapshot | undefined,
    statesBefore: TargetStates,
    after: BalancerSnapshot,
    statesAfter: TargetStates,
  ): void {
    for (const group of after.targetGroups) {
      const was = before?.targetGroups.find(({ name }) => name === group.name)
      if (was === undefined) continue
      const [old] = this.#poolOf(was, statesBefore).tiers
      const [now] = this.#poolOf(group, statesAfter).tiers
      if (old === undefined || now === undefined || old.table.length !== now.table.length) continue
      const kept = new Set(now.targets.map(({ key }) => key))
      const gone = old.targets.filter(({ key }) => !kept.has(key))
      const isSubset = now.targets.length === old.targets.length - 1
      const isEven = [...old.targets, ...now.targets].every(({ weight }) => weight === 1)
      if (gone.length !== 1 || !isSubset || !isEven) continue
      this.counts.departures++
      let moved = 0
      for (let slot = 0; slot < old.table.length; slot++) {
        const [from, to] = [old.targets[old.table[slot] as number], now.targets[now.table[slot] as number]]
        if (from?.key !== gone[0]?.key && from?.key !== to?.key) moved++
      }
      const bound = (2 * old.table.length) / old.targets.length
      assert.ok(
        moved <= bound,
        `${moved} of ${old.table.length} slots moved as one of ${old.targets.length} left`,
      )
    }
  }

  #note(what: string): void {
    this.trace.push(`${this.#clock.now().toFixed(1)} ${what}`)
  }
}
