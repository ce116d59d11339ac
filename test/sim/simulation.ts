import assert from 'node:assert/strict'
import type { TargetSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import { type Log, silentLog } from '../../src/base/log.ts'
import { below, choose, fraction, type Random, seededRandom } from '../../src/base/random.ts'
import type { ZoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { balancerRoleName, nodeRoleName } from '../../src/resources/roles.ts'
import { type ProcessState, type ProcessStatus, processStatusKey } from '../../src/resources/status.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { SimulatedClock } from '../../src/testing/clock.ts'
import { desiredState } from '../../src/topology/desired-state.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import type { HealthCheck, Topology } from '../../src/topology/topology.ts'
import { type SimulatedBalancer, simulatedBalancer, watchMs } from './balancer.ts'
import { type Budgets, budgetsOf, supervisorMs } from './budgets.ts'
import { type SimulatedDns, simulatedDns } from './dns.ts'
import { between, type Condition, type Host, stoppableClock, World } from './world.ts'

/** How often invariants are checked and a client connects somewhere. */
const tickMs = 50
const connectAttemptsMax = 3

interface BalancerHost extends Host {
  readonly cluster: string
  readonly zone: string
  /** Of its own zone. */
  readonly nodes: readonly Host[]
  program: { balancer: SimulatedBalancer; time: ReturnType<typeof stoppableClock> } | undefined
  /** Keys of targets that it found healthy when it became blind. */
  believed: readonly string[]
}

export interface SimulationCounts {
  connections: number
  switches: number
  faults: number
  /** Targets looked at while their balancer reached nothing. */
  blindLooks: number
}

/** One run: random topology, random faults, then everything heals and stays so. Throws when an invariant does not hold. */
export function simulate(seed: number): SimulationCounts {
  const run = new Simulation(seed)
  try {
    run.settle('start')
    run.disturb()
    run.heal()
    run.settle('heal')
    run.standStill()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const trace = run.trace.slice(-40).join('\n  ')
    throw new Error(
      `seed ${seed}: ${text}\nagain: EVERPORT_SEED=${seed} npm test -- test/sim\nbefore it:\n  ${trace}`,
      { cause: error },
    )
  }
  return run.counts
}

class Simulation {
  readonly trace: string[] = []
  readonly counts = { connections: 0, switches: 0, faults: 0, blindLooks: 0 }
  readonly #random: Random
  readonly #clock = new SimulatedClock()
  readonly #world: World
  readonly #store: Store = memoryStore()
  readonly #topology: Topology
  readonly #budgets: Budgets
  readonly #isSupervised: boolean
  readonly #nodes: Host[] = []
  readonly #balancers: BalancerHost[] = []
  readonly #dns: SimulatedDns
  #verdictChanges = 0
  #answered = ''
  #addressesOf: ZoneSnapshot | undefined
  #addressesNow: readonly string[] = []

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#world = new World(this.#clock, this.#random)
    this.#topology = randomTopology(this.#random)
    this.#budgets = budgetsOf(this.#topology.healthCheck)
    this.#isSupervised = fraction(this.#random) < 0.6
    const documents = desiredState(this.#topology, {
      folder: '/',
      catalogFile: 'catalog.sql',
      passwordFolder: undefined,
    })
    void this.#store.commit([], documents)
    this.#startEverything()
    this.#dns = simulatedDns(this.#store, this.#clock)
    this.#note(
      `${JSON.stringify(this.#topology.healthCheck)} supervised ${this.#isSupervised} hosts ${[...this.#world.hosts.keys()].join(' ')}`,
    )
  }

  // The phases

  settle(when: string): void {
    const { recovery, publication, silence } = this.#budgets
    this.#pass(recovery + publication + silence)
    this.#expectAllGood(when)
  }

  disturb(): void {
    const steps = between(this.#random, 5, 20)
    for (let i = 0; i < steps; i++) {
      this.#fault()
      const { notice, recovery, silence, publication } = this.#budgets
      const pauses = [
        tickMs,
        tickMs,
        notice / 2,
        notice,
        recovery,
        notice + publication,
        silence + publication,
      ]
      this.#pass(choose(this.#random, pauses) ?? tickMs)
    }
  }

  heal(): void {
    for (const host of this.#world.hosts.values()) this.#become(host, 'up')
  }

  /** Nothing changes, so nothing may change its mind. */
  standStill(): void {
    const [verdicts, answered] = [this.#verdictChanges, this.#answered]
    const serials = JSON.stringify(this.#dns.zones()?.zones)
    this.#pass(10 * this.#topology.healthCheck.intervalMs)
    assert.equal(this.#verdictChanges, verdicts, 'verdicts oscillate while nothing changes')
    assert.equal(this.#answered, answered)
    assert.equal(JSON.stringify(this.#dns.zones()?.zones), serials, 'zones change while nothing changes')
    this.#expectAllGood('standing still')
  }

  // The world

  #startEverything(): void {
    for (const cluster of this.#topology.clusters) {
      for (const zone of cluster.zones) {
        const nodes = zone.nodes.map(node => this.#world.addHost(node.address, nodeRoleName(node.name)))
        this.#nodes.push(...nodes)
        const host = this.#world.addHost(zone.balancerAddress, balancerRoleName(cluster.name, zone.name))
        const more = { cluster: cluster.name, zone: zone.name, nodes, program: undefined, believed: [] }
        this.#balancers.push(Object.assign(host, more))
      }
    }
    for (const balancer of this.#balancers) this.#start(balancer)
  }

  #start(host: BalancerHost): void {
    const time = stoppableClock(this.#clock)
    const balancer = simulatedBalancer({
      loadBalancer: host.cluster,
      zone: host.zone,
      store: this.#store,
      clock: time.clock,
      random: this.#random,
      send: (spec, done) => {
        // An answer reaches a program that stands still when it goes on.
        let isCancelled = false
        const send = host.condition === 'blind' ? this.#world.reachNobody : this.#world.sendProbe
        const cancel = send(spec, result => {
          time.clock.after(0, () => {
            if (!isCancelled) done(result)
          })
        })
        return () => {
          isCancelled = true
          cancel()
        }
      },
      log: this.#logOf(host),
    })
    host.program = { balancer, time }
  }

  #logOf(host: BalancerHost): Log {
    return {
      ...silentLog,
      info: (event, fields) => {
        if (event !== 'target health changed') return
        this.#verdictChanges++
        this.#note([host.roleName, ...Object.values(fields ?? {})].join(' '))
        if (fields?.['from'] === 'unhealthy' && fields['to'] === 'healthy')
          this.#checkRecovery(host, String(fields['target']))
      },
    }
  }

  #become(host: Host, condition: Condition): void {
    if (host.condition === condition) return
    this.#note(`${host.roleName} ${host.address}: ${host.condition} → ${condition}`)
    const before = host.condition
    this.#world.set(host, condition)
    const balancer = this.#balancers.find(candidate => candidate === host)
    if (balancer !== undefined) this.#moveProgram(balancer, condition)
    if (condition === 'crashed') this.#supervisorSays(host, 'backing-off')
    else if (before === 'crashed') this.#supervisorSays(host, 'running')
  }

  #moveProgram(host: BalancerHost, condition: Condition): void {
    if (condition === 'crashed') {
      host.program?.time.kill()
      host.program = undefined
    } else {
      if (host.program === undefined) this.#start(host)
      if (condition === 'up' || condition === 'blind') host.program?.time.go()
      else host.program?.time.stop()
      host.believed = condition === 'blind' ? this.#healthyOf(host) : []
    }
  }

  #supervisorSays(host: Host, state: ProcessState): void {
    if (!this.#isSupervised) return
    const { since } = host
    this.#clock.after(supervisorMs * fraction(this.#random), () => {
      if (host.since !== since && (host.condition === 'crashed') !== (state === 'backing-off')) return
      const status: ProcessStatus = { state, restarts: 0, since: '' }
      void this.#store.commit([], [{ key: processStatusKey(host.roleName), value: status }])
    })
  }

  #fault(): void {
    this.counts.faults++
    const random = this.#random
    const cluster = choose(random, this.#topology.clusters)?.name ?? ''
    const dice = below(random, 20)
    if (dice === 0) return this.#all([cluster], 'crashed')
    if (dice === 1)
      return this.#all(
        this.#topology.clusters.map(({ name }) => name),
        'crashed',
      )
    if (dice === 2) return this.#all([cluster], 'up')
    if (dice === 3) return this.heal()
    if (dice < 8) {
      const balancer = choose(random, this.#balancers)
      if (balancer !== undefined)
        this.#become(balancer, choose(random, ['crashed', 'hung', 'blind', 'up', 'up'] as const) ?? 'up')
      return
    }
    const node = choose(random, this.#nodes)
    const conditions = ['crashed', 'crashed', 'hung', 'cut', 'slow', 'up', 'up', 'up'] as const
    if (node === undefined) return
    if (dice === 8) this.#flap(node)
    else this.#become(node, choose(random, conditions) ?? 'up')
  }

  #flap(node: Host): void {
    for (let i = below(this.#random, 8); i >= 0; i--) {
      this.#become(node, i % 2 === 0 ? 'up' : 'crashed')
      this.#pass(fraction(this.#random) * this.#topology.healthCheck.intervalMs)
    }
  }

  #all(clusters: readonly string[], condition: Condition): void {
    for (const { name, zones } of this.#topology.clusters) {
      if (!clusters.includes(name)) continue
      for (const host of zones.flatMap(zone => zone.nodes.map(node => this.#world.host(node.address))))
        this.#become(host, condition)
    }
    for (const balancer of this.#balancers) {
      // Nodes alone, or balancers with them.
      if (clusters.includes(balancer.cluster) && (condition === 'up' || fraction(this.#random) < 0.5))
        this.#become(balancer, condition)
    }
  }

  // What must hold

  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= tickMs) {
      this.#clock.advance(Math.min(tickMs, left))
      for (const balancer of this.#balancers) {
        this.#checkVerdicts(balancer)
        this.#checkBlind(balancer)
      }
      this.#connect()
      this.#checkDns()
    }
  }

  #isKnownDead(by: BalancerHost, node: Host): boolean {
    const { notice, noticeOfHealthy, noticeOfDeath, recovery } = this.#budgets
    const wasHealthy = node.wasUpForMs >= recovery && this.#world.isUpFor(by, this.#sinceMs(node) + recovery)
    const probed = wasHealthy ? noticeOfHealthy : notice
    const isTold = this.#isSupervised && node.condition === 'crashed'
    return this.#isDown(by, node, isTold ? Math.min(noticeOfDeath, probed) : probed)
  }

  #isKnownGood(by: BalancerHost, node: Host): boolean {
    const { recovery } = this.#budgets
    return this.#world.isUpFor(node, recovery) && this.#world.isUpFor(by, recovery)
  }

  #isDown(by: BalancerHost, node: Host, ms: number): boolean {
    return this.#world.isDownFor(node, ms) && this.#world.isUpFor(by, ms)
  }

  #sinceMs(host: Host): number {
    return this.#clock.now() - host.since
  }

  #checkVerdicts(by: BalancerHost): void {
    if (by.program === undefined || by.condition !== 'up') return
    const { snapshot, health: known } = by.program.balancer
    const states = known.states()
    for (const { targets } of snapshot.targetGroups) {
      for (const { key, address } of targets) {
        const node = this.#world.host(address)
        const health = states.get(key)?.state ?? 'none'
        const expected = this.#isKnownDead(by, node)
          ? 'unhealthy'
          : this.#isKnownGood(by, node)
            ? 'healthy'
            : health
        if (health !== expected) {
          const truth = `${address} is ${node.condition} for ${this.#sinceMs(node)} ms`
          assert.fail(`late verdict: ${by.roleName} on ${key} says ${health}; ${truth}`)
        }
      }
    }
  }

  #healthyOf(by: BalancerHost): string[] {
    const states = by.program?.balancer.health.states() ?? []
    return [...states].filter(([, { state }]) => state === 'healthy').map(([key]) => key)
  }

  /** Who reaches nothing, not even itself, takes nobody out who was there all the time. */
  #checkBlind(by: BalancerHost): void {
    if (by.condition !== 'blind' || by.program === undefined) return
    const { snapshot, health } = by.program.balancer
    const states = health.states()
    for (const target of snapshot.targetGroups.flatMap(group => group.targets)) {
      const node = this.#world.host(target.address)
      const wasThere = node.condition === 'up' && node.since < by.since - this.#budgets.recovery
      if (!wasThere || !by.believed.includes(target.key)) continue
      this.counts.blindLooks++
      const state = states.get(target.key)?.state
      assert.equal(state, 'healthy', `${by.roleName} is blind and takes ${target.key} out`)
    }
  }

  /** A target that was useless has to pass the whole threshold again, an interval apart. */
  #checkRecovery(by: BalancerHost, key: string): void {
    const { intervalMs, timeoutMs, healthyThreshold } = this.#topology.healthCheck
    const target = by.program?.balancer.snapshot.targetGroups
      .flatMap(group => group.targets)
      .find(candidate => candidate.key === key)
    const { usefulSince, uselessSince } = this.#world.host(target?.address ?? '')
    const leastMs = (healthyThreshold - 1) * intervalMs - 5
    // Answers that came while the balancer stood still are older than they look.
    if (usefulSince === undefined || !this.#world.isUpFor(by, this.#budgets.recovery + intervalMs)) return
    // A short absence may lie between two probes.
    if (usefulSince - uselessSince < intervalMs + timeoutMs) return
    const tookMs = this.#clock.now() - usefulSince
    assert.ok(tookMs >= leastMs, `${by.roleName} took ${key} back after ${tookMs} ms, too few passes`)
  }

  /** A client connects through some balancer; who refuses is followed by another. */
  #connect(): void {
    const by = choose(this.#random, this.#balancers)
    if (by?.program === undefined || by.condition !== 'up') return
    const { balancer } = by.program
    const sourcePort = between(this.#random, 1_024, 65_535)
    const { odbc } = this.#topology.ports
    const { listeners, targetGroups } = balancer.snapshot
    const forward = listeners.find(({ port }) => port === odbc)?.forward[0]
    const candidates = targetGroups.find(({ name }) => name === forward?.targetGroup)?.targets ?? []
    const tried: TargetSnapshot[] = []
    this.counts.connections++
    while (tried.length < connectAttemptsMax) {
      const target: TargetSnapshot | undefined = balancer.select(odbc, sourcePort, tried)
      if (target === undefined) {
        assert.equal(tried.length, candidates.length, `${by.roleName} chose nobody, with targets left to try`)
        return
      }
      const node = this.#world.host(target.address)
      if (this.#isKnownDead(by, node)) {
        const better: TargetSnapshot | undefined = candidates.find(
          ({ address }) =>
            this.#isKnownGood(by, this.#world.host(address)) &&
            !tried.some(other => other.address === address),
        )
        if (better !== undefined)
          assert.fail(
            `${by.roleName} sends a client to the dead ${node.address} while ${better.address} is healthy`,
          )
      }
      if (node.condition !== 'crashed' && node.condition !== 'cut') return
      balancer.health.connectFailed(target.key, node.condition === 'crashed' ? 'refused' : 'timeout')
      tried.push(target)
    }
  }

  #isZoneGood(balancer: BalancerHost): boolean {
    const ms = this.#budgets.recovery + this.#budgets.publication + watchMs
    return this.#world.isUpFor(balancer, ms) && balancer.nodes.some(node => this.#world.isUpFor(node, ms))
  }

  #isZoneBad(balancer: BalancerHost): boolean {
    const { notice, noticeOfDeath, publication, silence } = this.#budgets
    const isTold = this.#isSupervised && balancer.condition === 'crashed'
    if (this.#world.isDownFor(balancer, isTold ? noticeOfDeath : silence)) return true
    const ms = notice + publication + watchMs
    return this.#world.isUpFor(balancer, ms) && balancer.nodes.every(node => this.#world.isDownFor(node, ms))
  }

  #checkDns(): void {
    const { failoverName } = this.#topology
    const zones = this.#dns.zones()
    if (zones === undefined)
      return assert.ok(this.#clock.now() <= this.#budgets.silence, 'dns never knew enough')
    const decision = zones.failover[`${failoverName}. A`]
    const addresses = this.#addresses(zones)
    assert.ok(decision !== undefined && addresses.length > 0, 'the failover name has no answer')
    const now = `${decision.answered} ${addresses.join(' ')}`
    if (now !== this.#answered) {
      this.counts.switches++
      this.#note(`dns: ${now} (${decision.reason})`)
      this.#answered = now
    }
    const [primary, secondary] = [this.#side('primary'), this.#side('secondary')]
    const isGood = (side: BalancerHost[]): boolean => side.some(zone => this.#isZoneGood(zone))
    const isBad = (side: BalancerHost[]): boolean => side.every(zone => this.#isZoneBad(zone))
    if (isGood(primary)) assert.equal(decision.answered, 'PRIMARY', 'the primary is healthy')
    if (isBad(primary) && isGood(secondary))
      assert.equal(decision.answered, 'SECONDARY', 'the primary is lost')
    if (isBad(primary) && isBad(secondary)) assert.equal(decision.answered, 'PRIMARY', 'both are lost')
    const answered = decision.answered === 'PRIMARY' ? primary : secondary
    if (!isGood(answered)) return
    for (const zone of answered) {
      const isIn = addresses.includes(zone.address)
      if (this.#isZoneGood(zone)) assert.ok(isIn, `${zone.address} is healthy and not answered: ${now}`)
      if (this.#isZoneBad(zone)) assert.ok(!isIn, `${zone.address} is lost and answered: ${now}`)
    }
  }

  #side(role: 'primary' | 'secondary'): BalancerHost[] {
    const name = this.#topology.clusters.find(cluster => cluster.role === role)?.name
    return this.#balancers.filter(({ cluster }) => cluster === name)
  }

  #addresses(snapshot: ZoneSnapshot): readonly string[] {
    if (snapshot === this.#addressesOf) return this.#addressesNow
    const name = `${this.#topology.failoverName}.`
    const found = snapshot.zones.flatMap(zone => zone.sets().filter(set => set.name === name))
    this.#addressesOf = snapshot
    this.#addressesNow = found.flatMap(({ data }) =>
      data.flatMap(one => (one.type === 'A' ? one.address : [])),
    )
    return this.#addressesNow
  }

  #expectAllGood(when: string): void {
    for (const balancer of this.#balancers)
      assert.ok(
        this.#isZoneGood(balancer),
        `${when}: the budget ended before ${balancer.roleName} could be good`,
      )
    assert.match(this.#answered, /^PRIMARY/)
  }

  #note(what: string): void {
    this.trace.push(`${this.#clock.now().toFixed(1)} ${what}`)
  }
}

function randomTopology(random: Random): Topology {
  const zones = choose(random, ['[a]', '[a]', '[a, b]', '[a, b]', '[a, b]', '[a, b, c]'])
  const nodes = choose(random, [1, 1, 1, 2, 3])
  const cluster = (name: string, role: string): string =>
    `  - { name: ${name}, role: ${role}, zones: ${zones}, nodesPerZone: ${nodes} }\n`
  const text = `name: demo\ndomain: demo.test\ncatalog: catalog.sql\nclusters:\n${cluster('active', 'primary')}${cluster('passive', 'secondary')}`
  const { topology, mistakes } = readTopology(text, 'simulated.yaml', () => true)
  if (topology === undefined) throw new Error(JSON.stringify(mistakes))
  return { ...topology, healthCheck: randomHealthCheck(topology.healthCheck, random) }
}

function randomHealthCheck(usual: HealthCheck, random: Random): HealthCheck {
  const intervalMs = between(random, 200, 1_000)
  return {
    ...usual,
    intervalMs,
    timeoutMs: between(random, 50, intervalMs),
    healthyThreshold: between(random, 2, 4),
    unhealthyThreshold: between(random, 2, 3),
    immediateReprobe: fraction(random) < 0.5,
    passive: fraction(random) < 0.5,
  }
}
