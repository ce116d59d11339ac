import type { Cancel, Clock } from '../../src/base/clock.ts'
import { below, fraction, type Random } from '../../src/base/random.ts'
import type { SendProbe } from '../../src/health/probe.ts'
import type { SimulatedClock } from '../../src/testing/clock.ts'

/**
 * What is true of a program, whatever anybody thinks of it. 'hung' accepts and never answers (SIGSTOP); 'cut' is out of reach of everybody;
 * 'slow' answers within twice the timeout, so that a probe may go either way. A 'blind' balancer runs and reaches nothing, itself included.
 */
export type Condition = 'up' | 'crashed' | 'hung' | 'cut' | 'slow' | 'blind'

export interface Host {
  readonly address: string
  readonly roleName: string
  condition: Condition
  /** When the condition last changed. */
  since: number
  /** How long it had been up before it went down; 0 when it was in trouble already. */
  wasUpForMs: number
  /** When it last stopped being useless; undefined when it never was. */
  usefulSince: number | undefined
  uselessSince: number
}

/** Where a balancer checks itself. */
export const selfAddress = '127.0.0.1'

const isUseless = (condition: Condition): boolean => !['up', 'slow', 'blind'].includes(condition)

/** The true state of everything, and probes that see it. */
export class World {
  readonly clock: SimulatedClock
  readonly random: Random
  readonly hosts = new Map<string, Host>()

  constructor(clock: SimulatedClock, random: Random) {
    this.clock = clock
    this.random = random
  }

  addHost(address: string, roleName: string): Host {
    const host: Host = {
      address,
      roleName,
      condition: 'up',
      since: this.clock.now(),
      wasUpForMs: 0,
      usefulSince: undefined,
      uselessSince: 0,
    }
    this.hosts.set(address, host)
    return host
  }

  host(address: string): Host {
    const host = this.hosts.get(address)
    if (host === undefined) throw new Error(`no host ${address}`)
    return host
  }

  set(host: Host, condition: Condition): void {
    if (host.condition === condition) return
    host.wasUpForMs = host.condition === 'up' ? this.clock.now() - host.since : 0
    if (!isUseless(host.condition) && isUseless(condition)) host.uselessSince = this.clock.now()
    if (isUseless(host.condition) && !isUseless(condition)) host.usefulSince = this.clock.now()
    host.condition = condition
    host.since = this.clock.now()
  }

  /** Has been serving without interruption for so long. */
  isUpFor(host: Host, ms: number): boolean {
    return host.condition === 'up' && this.clock.now() - host.since >= ms
  }

  /** Has been useless without interruption for so long. */
  isDownFor(host: Host, ms: number): boolean {
    return isUseless(host.condition) && this.clock.now() - host.since >= ms
  }

  /** Probes of somebody whose own network is broken. */
  readonly reachNobody: SendProbe = ({ timeoutMs }, done) =>
    this.clock.after(timeoutMs, () =>
      done({ passed: false, reason: 'timeout', latencyMs: timeoutMs, evidence: 'timeout' }),
    )

  /** A probe sees the host when it gets there and when the answer leaves: a crash in between is a reset. */
  readonly sendProbe: SendProbe = ({ to, timeoutMs }, done) => {
    if (to.address === selfAddress)
      return this.clock.after(0.1, () => done({ passed: true, latencyMs: 0.1, evidence: 'self' }))
    const host = this.host(to.address)
    const begunAt = host.since
    const latencyMs = 0.1 + fraction(this.random) * (host.condition === 'slow' ? 2 * timeoutMs : 2)
    const isSilent = host.condition === 'hung' || host.condition === 'cut'
    const takesMs = host.condition === 'crashed' ? 0.2 : Math.min(isSilent ? timeoutMs : latencyMs, timeoutMs)
    const wasCrashed = host.condition === 'crashed'
    return this.clock.after(takesMs, () => {
      const fail = (reason: 'refused' | 'reset' | 'timeout'): void =>
        done({ passed: false, reason, latencyMs: takesMs, evidence: reason })
      if (wasCrashed) return fail('refused')
      if (host.since !== begunAt && host.condition === 'crashed') return fail('reset')
      if (takesMs >= timeoutMs || host.condition === 'hung' || host.condition === 'cut')
        return fail('timeout')
      done({ passed: true, latencyMs: takesMs, evidence: 'HTTP 200' })
    })
  }
}

/** Time as a program sees it that can be stopped: what falls due meanwhile runs when it goes on. */
export function stoppableClock(clock: Clock): { clock: Clock; stop(): void; go(): void; kill(): void } {
  let state: 'going' | 'stopped' | 'dead' = 'going'
  let held: (() => void)[] = []
  return {
    clock: {
      now: () => clock.now(),
      after(delayMs, task): Cancel {
        let isCancelled = false
        const run = (): void => {
          if (state === 'dead' || isCancelled) return
          if (state === 'stopped') held.push(run)
          else task()
        }
        const cancel = clock.after(delayMs, run)
        return () => {
          isCancelled = true
          cancel()
        }
      },
    },
    stop: () => {
      if (state === 'going') state = 'stopped'
    },
    go: () => {
      if (state !== 'stopped') return
      state = 'going'
      const due = held
      held = []
      for (const run of due) run()
    },
    kill: () => {
      state = 'dead'
      held = []
    },
  }
}

export const between = (random: Random, min: number, max: number): number =>
  min + below(random, max - min + 1)
