import { assert, unreachable } from '../../base/assert.ts'
import { type Cancel, type Clock, every } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { passingOn } from '../../base/network.ts'
import type { ParentProcess, SentListener } from '../../base/worker-processes.ts'
import { healthWords } from '../../resources/health-words.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import type { TargetStates } from '../selection/target-state.ts'
import { type UserspaceEngine, userspaceEngine } from '../userspace/engine.ts'
import type { UserspaceLimits } from '../userspace/limits.ts'
import { LentListeners } from './lent-listeners.ts'
import { type FromWorker, readToWorker, type Share, type ToWorker, type Work } from './messages.ts'
import { workerLimits } from './worker-limits.ts'
import { WorkerReports } from './worker-reports.ts'

export interface WorkerEnginePorts {
  readonly parent: ParentProcess
  readonly clock: Clock
  readonly log: Log
}

/** Serves what the first process of a balancer says, with the same engine that it has itself. */
export function runWorkerEngine(ports: WorkerEnginePorts): void {
  let worker: WorkerEngine | undefined
  ports.parent.onMessage((message, listener) => {
    const said = readToWorker(message)
    assert(said !== undefined, 'a worker is told what it understands')
    if (said.kind === 'begin') worker = new WorkerEngine(ports, said.limits)
    else worker?.take(said, listener)
  })
}

class WorkerEngine {
  readonly #parent: ParentProcess
  readonly #listeners: LentListeners
  readonly #reports: WorkerReports
  readonly #engine: UserspaceEngine
  readonly #stopLooking: Cancel
  #work: Work | undefined
  #share: Share = { connections: 0, expired: 0, perListener: new Map() }
  #silentLooks = 0
  /** It has heard nothing for too long, and takes nothing new. */
  #isLapsed = false

  constructor({ parent, clock, log }: WorkerEnginePorts, limits: UserspaceLimits) {
    const { network } = parent
    this.#parent = parent
    this.#listeners = new LentListeners(message => this.#say(message))
    this.#reports = new WorkerReports(clock, (target, reason) =>
      this.#say({ kind: 'connectFailed', target, reason }),
    )
    this.#engine = userspaceEngine({
      network: { ...passingOn(network), listen: this.#listeners.listen },
      clock,
      log,
      events: this.#reports,
      limits,
      room: {
        connectionsMax: () => this.#share.connections,
        connectionsPerListenerMax: port => this.#share.perListener.get(port) ?? 0,
        expiredMax: () => this.#share.expired,
      },
      openPrivateKey: (place, sealed) =>
        this.#work?.keys.find(key => key.place === place && key.sealed === sealed)?.opened,
    })
    this.#stopLooking = every(clock, workerLimits.silentLookMs, () => this.#lookAtParent())
    this.#say({ kind: 'ready' })
  }

  take(said: Exclude<ToWorker, { kind: 'begin' }>, listener: SentListener | undefined): void {
    this.#silentLooks = 0
    switch (said.kind) {
      case 'apply':
        void this.#apply(said.work, new Map(said.states)).then(() => this.#say({ kind: 'done', id: said.id }))
        return
      case 'listener':
        // The first process had closed it before it could be sent.
        if (listener !== undefined) this.#listeners.take(said.at, listener)
        return
      case 'release':
        void this.#listeners.release(said.at).then(() => this.#say({ kind: 'done', id: said.id }))
        return
      case 'look':
        this.#share = said.share
        return this.#say({ kind: 'report', id: said.id, report: this.#report() })
      case 'close':
        this.#stopLooking()
        void this.#engine
          .close(said.deadlineMs)
          .then(() => this.#say({ kind: 'closed', report: this.#report() }))
        return
      default:
        return unreachable(said)
    }
  }

  /** Selection has changed when the call returns. A listener that cannot be open is not open in the first process either, which says why. */
  async #apply(work: Work | undefined, states: TargetStates): Promise<void> {
    if (work !== undefined) {
      this.#work = work
      this.#isLapsed = false
      this.#reports.apply(work.snapshot)
    }
    if (this.#work === undefined || this.#isLapsed) return
    await this.#engine.apply(this.#work.snapshot, states).catch(() => undefined)
  }

  #lookAtParent(): void {
    if (++this.#silentLooks !== workerLimits.silentLooksMax || this.#isLapsed || this.#work === undefined)
      return
    this.#isLapsed = true
    const { snapshot } = this.#work
    void this.#engine.apply({ ...snapshot, listeners: [] }, nobody(snapshot)).catch(() => undefined)
    this.#say({ kind: 'lapsed' })
  }

  #report() {
    return this.#reports.report(this.#engine.counters(), this.#engine.connections(), this.#parent.busyShare())
  }

  #say(message: FromWorker): void {
    this.#parent.send(message)
  }
}

/** Flows go on; nobody gets a new one. */
function nobody({ targetGroups }: BalancerSnapshot): TargetStates {
  return new Map(targetGroups.flatMap(({ targets }) => targets.map(({ key }) => [key, healthWords.draining])))
}
