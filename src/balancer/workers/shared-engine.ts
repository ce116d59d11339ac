import { type Cancel, every } from '../../base/clock.ts'
import { formatEndpoint, type Listening, type Network, passingOn } from '../../base/network.ts'
import type { WorkerProcess, WorkerProcesses } from '../../base/worker-processes.ts'
import type { WorkersWish } from '../../resources/load-balancing.ts'
import type { Engine, EngineCounters } from '../engine.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import type { TargetStates } from '../selection/target-state.ts'
import { summedCounters } from '../summed-counters.ts'
import { type UserspaceEngine, type UserspaceOptions, userspaceEngine } from '../userspace/engine.ts'
import { userspaceLimits } from '../userspace/limits.ts'
import { EndedWorkers } from './ended-workers.ts'
import type { OpenedKey } from './messages.ts'
import { SharedRoom } from './shared-room.ts'
import { type DemandEvent, nextDemand, noDemand, workersMost } from './worker-demand.ts'
import { workerLimits } from './worker-limits.ts'
import { WorkerLink } from './worker-link.ts'
import { pacedFor, workerPart } from './worker-part.ts'

export interface SharedEngineOptions extends Omit<UserspaceOptions, 'room'> {
  readonly processes: WorkerProcesses
  readonly wish: WorkersWish
}

export interface SharedEngine extends Engine {
  /** Processes that take connections beside this one. */
  workers(): number
}

/**
 * The userspace engine on several processors. This process serves as it would alone, and worker processes take TCP and TLS connections from the
 * same listening sockets, by the same snapshots and states. `apply` resolves when all of them work by them, or have ended.
 */
export function sharedEngine(options: SharedEngineOptions): SharedEngine {
  return new Sharing(options)
}

interface Applied {
  readonly snapshot: BalancerSnapshot
  readonly states: TargetStates
}

class Sharing implements SharedEngine {
  readonly name = 'userspace'
  readonly #options: SharedEngineOptions
  readonly #own: UserspaceEngine
  readonly #room: SharedRoom
  readonly #links = new Set<WorkerLink>()
  readonly #ended = new EndedWorkers()
  /** Sockets that are open, by address and port. */
  readonly #open = new Map<string, Listening>()
  /** What each worker was given last. */
  readonly #given = new WeakMap<WorkerLink, BalancerSnapshot>()
  readonly #workersMax: number
  readonly #stopTicks: Cancel
  #applied: Applied | undefined
  #paced:
    | { readonly of: BalancerSnapshot; readonly processes: number; readonly is: BalancerSnapshot }
    | undefined
  #demand = noDemand
  #accepted = 0
  #isClosing = false

  constructor(options: SharedEngineOptions) {
    const { limits = userspaceLimits, network, processes, wish, clock } = options
    this.#options = options
    this.#room = new SharedRoom(limits)
    this.#own = userspaceEngine({ ...options, limits, network: this.#lending(network), room: this.#room })
    this.#workersMax = workersMost(wish, processes.processors)
    this.#stopTicks = every(clock, workerLimits.tickMs, () => this.#tick())
  }

  workers(): number {
    return this.#ready().length
  }

  async apply(snapshot: BalancerSnapshot, states: TargetStates): Promise<void> {
    this.#applied = { snapshot, states }
    // Ports that are new are shared out before somebody comes to them.
    this.#shareOut(snapshot)
    const tasks = [
      this.#own.apply(this.#pacedNow(snapshot), states),
      ...this.#ready().map(link => this.#give(link)),
    ]
    this.#ended.keep(snapshot)
    // Waits for all, also when ours fails: who has been told has been told.
    for (const result of await Promise.allSettled(tasks))
      if (result.status === 'rejected') throw result.reason
  }

  counters(): EngineCounters {
    const counted = this.#ready().map(({ counters }) => counters)
    if (counted.length === 0 && this.#ended.isEmpty) return this.#own.counters()
    return summedCounters([this.#own.counters(), this.#ended.counters, ...counted])
  }

  async close(deadlineMs: number): Promise<void> {
    this.#isClosing = true
    await Promise.all([this.#own.close(deadlineMs), ...[...this.#links].map(link => link.close(deadlineMs))])
    this.#stopTicks()
  }

  #ready(): WorkerLink[] {
    return [...this.#links].filter(({ isReady }) => isReady)
  }

  /** The network, whose listeners workers are given too. A port is free when all have let it go. */
  #lending(network: Network): Network {
    return {
      ...passingOn(network),
      listen: async (at, options, accept) => {
        const listening = await network.listen(at, options, accept)
        this.#open.set(formatEndpoint(at), listening)
        for (const link of this.#ready()) link.offer(at, listening)
        return {
          at: listening.at,
          close: async () => {
            this.#open.delete(formatEndpoint(at))
            await Promise.all([listening.close(), ...[...this.#links].map(link => link.release(at))])
          },
        }
      },
    }
  }

  /** The same object as long as nothing has changed: an engine looks at what is new in it. */
  #pacedNow(snapshot: BalancerSnapshot): BalancerSnapshot {
    const processes = 1 + this.#ready().length
    if (this.#paced?.of !== snapshot || this.#paced.processes !== processes)
      this.#paced = { of: snapshot, processes, is: pacedFor(processes, snapshot) }
    return this.#paced.is
  }

  #give(link: WorkerLink): Promise<void> {
    if (this.#applied === undefined) return Promise.resolve()
    const { states } = this.#applied
    const snapshot = this.#pacedNow(this.#applied.snapshot)
    const keys = this.#keysOf(snapshot)
    // What cannot be opened now may be the next time.
    const isKnown = this.#given.get(link) === snapshot && keys.every(({ opened }) => opened !== undefined)
    this.#given.set(link, snapshot)
    return link.apply(isKnown ? undefined : { snapshot: workerPart(snapshot), keys }, states)
  }

  #keysOf({ listeners }: BalancerSnapshot): OpenedKey[] {
    const { openPrivateKey } = this.#options
    return listeners
      .flatMap(({ tls }) => tls?.certificates ?? [])
      .map(({ place, sealedKey: sealed }) => ({ place, sealed, opened: openPrivateKey?.(place, sealed) }))
  }

  #tick(): void {
    for (const link of this.#links) link.tick()
    if (this.#applied === undefined || this.#isClosing) return
    this.#shareOut(this.#applied.snapshot)
    const { processes, clock } = this.#options
    const busy = [processes.busyShare(), ...this.#ready().map(({ busyShare }) => busyShare)]
    const accepted = this.#accepting()
    this.#decide({
      type: 'tick',
      nowMs: clock.now(),
      workers: this.#links.size,
      busyShare: busy.reduce((sum, share) => sum + share, 0) / busy.length,
      isTaking: accepted > this.#accepted,
    })
    this.#accepted = accepted
  }

  #accepting(): number {
    const counted = [this.#own.counters(), this.#ended.counters, ...this.#ready().map(link => link.counters)]
    return counted
      .flatMap(({ listeners }) => [...listeners.values()])
      .reduce((sum, { accepted, udpAccepted }) => sum + accepted - udpAccepted, 0)
  }

  #decide(event: DemandEvent): void {
    const { wish } = this.#options
    const { demand, starts } = nextDemand(this.#demand, event, { wish, workersMax: this.#workersMax })
    this.#demand = demand
    if (starts && workerPart(this.#applied?.snapshot ?? nothing).listeners.length > 0) this.#start()
  }

  #start(): void {
    const { limits = userspaceLimits, events, log, clock } = this.#options
    const startedAt = clock.now()
    const process = this.#spawn()
    if (process === undefined) return
    const link: WorkerLink = new WorkerLink(process, limits, {
      events,
      listening: at => this.#open.get(formatEndpoint(at)),
      ready: () => {
        log.info('worker serves', { worker: process.pid, workers: this.#ready().length })
        this.#joined()
      },
      lapsed: () => {
        log.warn('worker heard nothing for too long', { worker: process.pid })
        this.#given.delete(link)
        void this.#give(link)
      },
      ended: why => {
        this.#links.delete(link)
        this.#ended.add(link.counters, this.#applied?.snapshot)
        if (this.#isClosing) return
        log.warn('worker ended', { worker: process.pid, why, workers: this.#ready().length })
        this.#decide({ type: 'ended', nowMs: clock.now(), livedMs: clock.now() - startedAt })
        this.#joined()
      },
    })
    this.#links.add(link)
  }

  #spawn(): WorkerProcess | undefined {
    const { processes, log, clock } = this.#options
    try {
      return processes.spawn()
    } catch (error) {
      log.warn('worker not started', { reason: String(error) })
      this.#decide({ type: 'ended', nowMs: clock.now(), livedMs: 0 })
      return undefined
    }
  }

  /** There are more or fewer of us: shares and paces change. */
  #joined(): void {
    if (this.#applied === undefined || this.#isClosing) return
    const { snapshot, states } = this.#applied
    // Whoever asked for it hears of a failure, and tries again.
    void this.apply(snapshot, states).catch(() => undefined)
  }

  #shareOut(snapshot: BalancerSnapshot): void {
    const ports = workerPart(snapshot).listeners.map(({ port }) => port)
    this.#room.shareOut(this.#own, this.#ready(), ports)
  }
}

const nothing: BalancerSnapshot = {
  revision: 0,
  loadBalancer: '',
  zone: '',
  address: undefined,
  flowLog: 'off',
  listeners: [],
  targetGroups: [],
}
