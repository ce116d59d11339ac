import { unreachable } from '../../base/assert.ts'
import { type Endpoint, formatEndpoint, type Listening } from '../../base/network.ts'
import type { WorkerProcess } from '../../base/worker-processes.ts'
import type { EngineEvents } from '../engine.ts'
import type { TargetStates } from '../selection/target-state.ts'
import { CounterBook } from '../userspace/counter-book.ts'
import type { UserspaceLimits } from '../userspace/limits.ts'
import {
  type FromWorker,
  type Report,
  readFromWorker,
  type Share,
  type ToWorker,
  type Work,
} from './messages.ts'
import { workerLimits } from './worker-limits.ts'

export interface WorkerLinkPorts {
  readonly events: EngineEvents
  ready(): void
  /** It needs the snapshot again. */
  lapsed(): void
  /** The socket that is open there, if one is. */
  listening(at: Endpoint): Listening | undefined
  /** Once. `why` is how the process ended, or why it was killed. */
  ended(why: string): void
}

interface Asked {
  readonly tick: number
  readonly answered: () => void
}

/**
 * The first process's end of one worker. What it is asked is answered, or it is killed: whoever waits for it waits for the process's end then,
 * after which nothing of it is open.
 */
export class WorkerLink {
  readonly process: WorkerProcess
  readonly #ports: WorkerLinkPorts
  readonly #asked = new Map<number, Asked>()
  readonly #wants = new Set<string>()
  /** It may have a socket there. */
  readonly #given = new Set<string>()
  readonly #ends: (() => void)[] = []
  #state: 'starting' | 'ready' | 'closing' | 'ended' = 'starting'
  #lastId = 0
  #tick = 0
  #closeTicks = 0
  #whyKilled: string | undefined
  /** The first is what it is known to keep to, the others are on their way. */
  #shares: readonly Share[] = [noShare]
  /** As it last told; what it had counted stays here when it has ended. */
  readonly counters = new CounterBook()
  busyShare = 0
  #connections = 0

  constructor(process: WorkerProcess, limits: UserspaceLimits, ports: WorkerLinkPorts) {
    this.process = process
    this.#ports = ports
    process.onMessage(message => this.#hear(message))
    process.onExit(how => this.#ended(how))
    this.#say({ kind: 'begin', limits })
  }

  get isReady(): boolean {
    return this.#state === 'ready'
  }

  /** The most that it may hold itself to, in all or of one listener. */
  held(port?: number): number {
    const shares = this.#shares.map(({ connections, perListener }) =>
      port === undefined ? connections : (perListener.get(port) ?? 0),
    )
    return Math.max(...shares, this.used(port))
  }

  used(port?: number): number {
    return port === undefined ? this.#connections : this.counters.listener(port).active
  }

  /** Resolves when it works by this, or has ended. */
  apply(work: Work | undefined, states: TargetStates): Promise<void> {
    return this.#ask(id => this.#say({ kind: 'apply', id, work, states: [...states] }))
  }

  look(share: Share): void {
    this.#shares = [...this.#shares, share]
    void this.#ask(id => this.#say({ kind: 'look', id, share })).then(() => {
      this.#shares = this.#shares.slice(this.#shares.indexOf(share))
    })
  }

  /** A socket has been opened there. */
  offer(at: Endpoint, listening: Listening): void {
    const name = formatEndpoint(at)
    if (!this.#wants.has(name)) return
    this.#given.add(name)
    this.process.send({ kind: 'listener', at } satisfies ToWorker, listening)
  }

  /** Resolves when it has no socket there. */
  async release(at: Endpoint): Promise<void> {
    const name = formatEndpoint(at)
    if (!this.#given.has(name)) return
    await this.#ask(id => this.#say({ kind: 'release', id, at }))
    this.#given.delete(name)
  }

  /** Resolves when it has ended: its flows have, or were reset at the deadline. */
  close(deadlineMs: number): Promise<void> {
    const ended = this.ended()
    if (this.#state === 'ready') {
      this.#state = 'closing'
      this.#closeTicks = Math.ceil(deadlineMs / workerLimits.tickMs) + workerLimits.unansweredTicksMax
      this.#say({ kind: 'close', deadlineMs })
    } else if (this.#state === 'starting') this.kill('the balancer closes')
    return ended
  }

  ended(): Promise<void> {
    return this.#state === 'ended' ? Promise.resolve() : new Promise(resolve => this.#ends.push(resolve))
  }

  kill(why: string): void {
    this.#whyKilled ??= why
    this.process.kill()
  }

  /** One of its limit's ticks is over. */
  tick(): void {
    this.#tick++
    if (this.#state === 'starting') {
      if (this.#tick > workerLimits.startTicksMax) this.kill('it did not start')
      return
    }
    if (this.#state === 'closing' && --this.#closeTicks < 0) return this.kill('it did not close')
    for (const { tick } of this.#asked.values())
      if (this.#tick - tick > workerLimits.unansweredTicksMax) return this.kill('it did not answer')
  }

  #say(message: ToWorker): void {
    if (this.#state !== 'ended') this.process.send(message)
  }

  #ask(say: (id: number) => void): Promise<void> {
    return new Promise(answered => {
      if (this.#state === 'ended') return answered()
      const id = ++this.#lastId
      this.#asked.set(id, { tick: this.#tick, answered })
      say(id)
    })
  }

  #answered(id: number): void {
    this.#asked.get(id)?.answered()
    this.#asked.delete(id)
  }

  #hear(message: unknown): void {
    const said = readFromWorker(message)
    if (said === undefined) this.kill('it said what nobody understands')
    else if (this.#state !== 'ended') this.#take(said)
  }

  #take(said: FromWorker): void {
    switch (said.kind) {
      case 'ready':
        if (this.#state !== 'starting') return
        this.#state = 'ready'
        return this.#ports.ready()
      case 'done':
        return this.#answered(said.id)
      case 'report':
        this.#note(said.report)
        return this.#answered(said.id)
      case 'closed':
        this.#note(said.report)
        return this.process.kill()
      case 'wants': {
        this.#wants.add(formatEndpoint(said.at))
        const listening = this.#ports.listening(said.at)
        if (listening !== undefined) this.offer(said.at, listening)
        return
      }
      case 'returned':
        this.#wants.delete(formatEndpoint(said.at))
        this.#given.delete(formatEndpoint(said.at))
        return
      case 'connectFailed':
        return this.#ports.events.connectFailed(said.target, said.reason)
      case 'lapsed':
        return this.#ports.lapsed()
      default:
        return unreachable(said)
    }
  }

  #note(report: Report): void {
    this.#connections = report.connections
    this.busyShare = report.busyShare
    const { listeners, targets, forgotten } = this.counters
    for (const [port, counters] of report.listeners) listeners.set(port, counters)
    for (const [key, counters] of report.targets) targets.set(key, counters)
    for (const [group, counters] of report.forgotten) forgotten.set(group, counters)
    for (const key of report.gone) targets.delete(key)
    const { events } = this.#ports
    for (const flow of report.flows) events.flowEnded?.(flow)
    for (const [end, count] of report.untold) events.flowsUntold?.(count, end)
  }

  #ended(how: string): void {
    const wasAsked = this.#state === 'closing'
    this.#state = 'ended'
    this.#connections = 0
    for (const id of this.#asked.keys()) this.#answered(id)
    this.#given.clear()
    this.#wants.clear()
    this.#ports.ended(wasAsked ? 'closed' : (this.#whyKilled ?? how))
    for (const end of this.#ends.splice(0)) end()
  }
}

const noShare: Share = { connections: 0, expired: 0, perListener: new Map() }
