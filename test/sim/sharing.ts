import assert from 'node:assert/strict'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { userspaceLimits } from '../../src/balancer/userspace/limits.ts'
import { type SharedEngine, sharedEngine } from '../../src/balancer/workers/shared-engine.ts'
import { workerLimits } from '../../src/balancer/workers/worker-limits.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Connection } from '../../src/base/network.ts'
import { below, choose, fraction, type Random, seededRandom } from '../../src/base/random.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { SimulatedClock, settled } from '../../src/testing/clock.ts'
import { SimulatedNetwork } from '../../src/testing/network.ts'
import { SimulatedWorkers } from '../../src/testing/workers.ts'

export interface SharingCounts {
  flows: number
  deregistrations: number
  /** Workers that were killed, by whoever. */
  deaths: number
  refusedForRoom: number
}

const address = '127.0.1.1'
const port = 9996
const names = ['1', '2', '3'] as const
const workersWanted = 2
const connectionsMax = 9
const stepsMax = 40

/**
 * One run of an engine with two workers on a simulated network: targets are deregistered and registered again, workers are stopped, go on, hear late and are
 * killed, and clients come all the time. Then all heals. Throws when an invariant does not hold, with the seed.
 */
export async function simulateSharing(seed: number): Promise<SharingCounts> {
  const run = new Sharing(seed)
  try {
    await run.start()
    for (let step = 0; step < stepsMax; step++) await run.step()
    await run.heal()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(
      `seed ${seed}: ${text}\nagain: EVERPORT_SEED=${seed} npm test -- test/sim/sharing\nbefore it:\n  ${run.trace.slice(-25).join('\n  ')}`,
      { cause: error },
    )
  }
  return run.counts
}

class Sharing {
  readonly counts: SharingCounts = { flows: 0, deregistrations: 0, deaths: 0, refusedForRoom: 0 }
  readonly trace: string[] = []
  readonly #random: Random
  readonly #clock = new SimulatedClock()
  readonly #network: SimulatedNetwork
  readonly #workers: SimulatedWorkers
  readonly #engine: SharedEngine
  readonly #clients = new Set<Connection>()
  readonly #states = new Map<string, TargetState['state']>(names.map(name => [name, 'healthy']))
  /** Deregistered, and acknowledged to be. */
  readonly #forbidden = new Set<string>()
  /** What was seen where nobody hears an exception. */
  readonly #violations: string[] = []
  readonly #flippedBy = new Map<string, number>()
  #revision = 0
  #pending = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#network = new SimulatedNetwork({ clock: this.#clock, random: this.#random })
    const host = this.#network.host(address)
    this.#workers = new SimulatedWorkers(this.#clock, {
      ...host,
      connect: (to, options) => {
        if (this.#forbidden.has(to.address))
          this.#violations.push(`a new flow to ${to.address}, whose deregistration was acknowledged`)
        return host.connect(to, options)
      },
    })
    this.#engine = sharedEngine({
      network: this.#workers.network,
      processes: this.#workers,
      wish: workersWanted,
      clock: this.#clock,
      log: silentLog,
      events: { connectFailed: () => undefined },
      limits: {
        ...userspaceLimits,
        connectionsMax,
        connectionsPerListenerMax: connectionsMax,
        expiredMax: 0,
      },
    })
  }

  async start(): Promise<void> {
    for (const name of names)
      await this.#network.host(addressOf(name)).listen({ address: addressOf(name), port }, {}, connection => {
        connection.on('error', () => undefined)
        connection.on('end', () => connection.end())
        connection.write(Buffer.from(name))
      })
    await this.#apply()
    await this.#pass(2_000)
  }

  async step(): Promise<void> {
    const dice = below(this.#random, 10)
    if (dice < 4) this.#flip()
    else if (dice < 9) this.#disturb(dice)
    for (let i = below(this.#random, 6); i > 0; i--) this.#connect()
    for (const client of this.#clients) if (fraction(this.#random) < 0.2) client.end()
    await this.#pass(choose(this.#random, [1, 50, 300, 1_500]) ?? 1)
    const { active = 0, rejected = 0 } = this.#engine.counters().listeners.get(port) ?? {}
    assert.ok(active <= connectionsMax, `${active} connections of ${connectionsMax}`)
    this.counts.refusedForRoom = rejected
  }

  async heal(): Promise<void> {
    this.trace.push('all heal')
    for (const worker of this.#workers.alive) {
      worker.undeafen()
      worker.goOn()
    }
    for (const client of this.#clients) client.resetAndDestroy()
    await this.#pass(2 * workerLimits.restartPauseMsMax + 5_000)
    assert.equal(this.#pending, 0, 'changes are not acknowledged')
    assert.equal(this.#engine.workers(), workersWanted)
    assert.equal(this.#engine.counters().listeners.get(port)?.active, 0)
    for (const [key, { active }] of this.#engine.counters().targets)
      assert.equal(active, 0, `flows left with ${key}`)
    this.counts.deaths = this.#workers.all.length - workersWanted
    const before = this.counts.flows
    for (const name of names) this.#states.set(name, 'healthy')
    this.#forbidden.clear()
    void this.#apply()
    for (let i = 0; i < 9; i++) this.#connect()
    await this.#pass(1_000)
    assert.equal(this.counts.flows, before + 9)
    const closed = this.#engine.close(0)
    await this.#pass(1_000)
    await closed
    assert.equal(this.#workers.alive.length, 0)
  }

  #flip(): void {
    const name = choose(this.#random, names) ?? '1'
    const isBack = this.#states.get(name) === 'draining'
    this.#states.set(name, isBack ? 'healthy' : 'draining')
    this.trace.push(`${this.#clock.now()} ${name} ${isBack ? 'registered' : 'deregistered'}`)
    // Whoever hears of it first may connect there.
    if (isBack) this.#forbidden.delete(addressOf(name))
    else this.counts.deregistrations++
    const revision = this.#revision + 1
    this.#flippedBy.set(name, revision)
    void this.#apply().then(() => {
      this.trace.push(`${this.#clock.now()} revision ${revision} acknowledged`)
      if (!isBack && this.#flippedBy.get(name) === revision) this.#forbidden.add(addressOf(name))
    })
  }

  #disturb(dice: number): void {
    const worker = choose(this.#random, this.#workers.alive)
    if (worker === undefined) return
    const what = (['stop', 'goOn', 'deafen', 'undeafen', 'kill'] as const)[dice - 4] ?? 'kill'
    this.trace.push(`${this.#clock.now()} ${what} ${worker.pid}`)
    worker[what]()
  }

  async #apply(): Promise<void> {
    this.#pending++
    const targets = names.map(name =>
      targetPart(name, {
        address: addressOf(name),
        port,
        deregistering: this.#states.get(name) === 'draining',
      }),
    )
    const snapshot = snapshotPart([listenerPart(port)], [groupPart(targets)], {
      revision: ++this.#revision,
      address,
    })
    const states = new Map(
      targets.map(({ key, id }) => [key, { state: this.#states.get(id) ?? 'initial' }] as const),
    )
    await this.#engine.apply(snapshot, states)
    this.#pending--
  }

  #connect(): void {
    const from = this.#network.host(`127.0.3.${1 + below(this.#random, 200)}`)
    const opening = from.connect({ address, port }, { timeoutMs: 1_000 })
    void opening.then(
      connection => {
        connection.on('error', () => undefined)
        connection.on('close', () => this.#clients.delete(connection))
        connection.on('data', () => this.counts.flows++)
        connection.on('end', () => connection.end())
        this.#clients.add(connection)
      },
      () => undefined,
    )
  }

  /** What is said between processes is heard in a turn of its own. */
  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await this.#clock.advanceAsync(Math.min(50, left))
      await settled()
    }
    assert.deepEqual(this.#violations, [])
  }
}

const addressOf = (name: string): string => `127.0.2.${name}`
