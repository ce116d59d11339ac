import type { Cancel, Clock } from '../base/clock.ts'
import { fraction, type Random } from '../base/random.ts'
import type { ProbeResult, ProbeSpec, SendProbe } from './probe.ts'
import {
  type ForcedWord,
  type HealthEvent,
  type HealthState,
  healthOf,
  initialVerdict,
  nextVerdict,
  type Thresholds,
  type Verdict,
} from './verdict.ts'

/** First probes are spread over this time, or over the interval when that is shorter. */
const startSpreadMs = 50

export interface CheckedTarget {
  readonly id: string
  readonly probe: ProbeSpec
  readonly intervalMs: number
  /** From the start of a probe to the start of the next (default), or from its result, as Route 53 does. */
  readonly intervalFrom?: 'start' | 'result'
  readonly immediateReprobe: boolean
  readonly thresholds: Thresholds
  /** What was known of it before: by the process that ran before this one. */
  readonly startsAs?: HealthState
}

export interface CheckerPorts {
  readonly clock: Clock
  readonly random: Random
  readonly send: SendProbe
  /** Health or the supervisor's word changed. */
  readonly changed: (id: string, verdict: Verdict, before: Verdict) => void
  /** Every result, before it has had its effect. */
  readonly probed?: (id: string, result: ProbeResult, startedAtMs: number) => void
  /** Asked before a failed probe makes a target unhealthy. Whoever doubts is asked again at the next failure; a pass clears all. */
  readonly doubts?: (id: string) => boolean
}

/** Keeps a verdict on each of a set of targets, by probes, clients' connects, and the supervisor's word. */
export interface Checker {
  /** Replaces the set. Who stays keeps its verdict; one asked something else is probed at once; one at another address is new. */
  setTargets(targets: readonly CheckedTarget[]): void
  verdict(id: string): Verdict | undefined
  /** True when no target waits for its first result. */
  isSettled(): boolean
  /** Evidence from a client's connection. A timeout decides nothing; it asks for a probe now. */
  connectFailed(id: string, reason: 'refused' | 'reset' | 'timeout'): void
  /** The supervisor's word. 'alive' takes it back, and a probe is sent at once. */
  setWord(id: string, word: ForcedWord | 'alive', evidence: string): void
  probeNow(id: string): void
  close(): void
}

interface Entry {
  target: CheckedTarget
  verdict: Verdict
  /** Probes begun; the second is placed at random within the interval, so that targets do not stay in step. */
  probes: number
  startedAt: number
  cancelTimer: Cancel
  cancelProbe: Cancel | undefined
}

/**
 * Probes start an interval apart, or when the one before has ended if that took longer: at most one is in flight for a target. Time to
 * notice, from the moment a target stops answering, with interval I, timeout T, threshold 2 and immediate re-probe: at most I + 2 T.
 */
export function healthChecker(ports: CheckerPorts): Checker {
  const { clock, random, send, changed, probed, doubts } = ports
  const entries = new Map<string, Entry>()

  const hear = (entry: Entry, event: HealthEvent): void => {
    const before = entry.verdict
    entry.verdict = nextVerdict(before, event, entry.target.thresholds)
    if (healthOf(entry.verdict) !== healthOf(before) || entry.verdict.forced !== before.forced)
      changed(entry.target.id, entry.verdict, before)
  }

  const schedule = (entry: Entry, delayMs: number): void => {
    entry.cancelTimer()
    entry.cancelTimer = clock.after(delayMs, () => probe(entry))
  }

  const probe = (entry: Entry): void => {
    if (entry.cancelProbe !== undefined || entry.verdict.forced !== undefined) return
    entry.probes++
    entry.startedAt = clock.now()
    entry.cancelProbe = send(entry.target.probe, result => {
      entry.cancelProbe = undefined
      const before = entry.verdict
      probed?.(entry.target.id, result, entry.startedAt)
      if (!isDoubted(entry, result)) hear(entry, { type: 'probe', result, atMs: clock.now() })
      if (entries.get(entry.target.id) === entry) schedule(entry, delayAfter(entry, before))
    })
  }

  const isDoubted = (entry: Entry, result: ProbeResult): boolean => {
    if (doubts === undefined || result.passed) return false
    const { id, thresholds } = entry.target
    const next = nextVerdict(entry.verdict, { type: 'probe', result, atMs: clock.now() }, thresholds)
    if (healthOf(next) !== 'unhealthy' || healthOf(entry.verdict) === 'unhealthy') return false
    return doubts(id)
  }

  const delayAfter = (entry: Entry, before: Verdict): number => {
    const { verdict, target } = entry
    const isFirstFailure = before.state === 'healthy' && verdict.state === 'healthy' && verdict.streak === 1
    if (isFirstFailure && target.immediateReprobe) return 0
    const intervalMs = entry.probes === 1 ? target.intervalMs * fraction(random) : target.intervalMs
    return target.intervalFrom === 'result'
      ? intervalMs
      : Math.max(0, entry.startedAt + intervalMs - clock.now())
  }

  const halt = (entry: Entry): void => {
    entry.cancelTimer()
    entry.cancelProbe?.()
    entry.cancelProbe = undefined
  }

  const add = (target: CheckedTarget): void => {
    const verdict = { ...initialVerdict(clock.now()), state: target.startsAs ?? 'initial' }
    const entry: Entry = {
      target,
      verdict,
      probes: 0,
      startedAt: clock.now(),
      cancelTimer: () => undefined,
      cancelProbe: undefined,
    }
    entries.set(target.id, entry)
    schedule(entry, Math.min(startSpreadMs, target.intervalMs) * fraction(random))
  }

  const change = (entry: Entry, target: CheckedTarget): void => {
    const before = entry.target
    entry.target = target
    if (!asksTheSame(before.probe, target.probe)) {
      halt(entry)
      probe(entry)
    } else if (target.intervalMs < before.intervalMs && entry.cancelProbe === undefined) {
      schedule(entry, target.intervalMs * fraction(random))
    }
  }

  const probeNow = (id: string): void => {
    const entry = entries.get(id)
    if (entry !== undefined && entry.cancelProbe === undefined) schedule(entry, 0)
  }

  return {
    setTargets(targets) {
      const ids = new Set(targets.map(target => target.id))
      for (const [id, entry] of entries) {
        if (ids.has(id)) continue
        halt(entry)
        entries.delete(id)
      }
      for (const target of targets) {
        const entry = entries.get(target.id)
        if (entry?.target.probe.to.address === target.probe.to.address) change(entry, target)
        else {
          if (entry !== undefined) halt(entry)
          add(target)
        }
      }
    },
    verdict: id => entries.get(id)?.verdict,
    isSettled() {
      for (const { verdict, probes, cancelProbe } of entries.values()) {
        if (verdict.forced !== undefined || verdict.state !== 'initial') continue
        if (probes === 0 || (probes === 1 && cancelProbe !== undefined)) return false
      }
      return true
    },
    connectFailed(id, reason) {
      const entry = entries.get(id)
      if (entry === undefined) return
      if (reason === 'timeout') probeNow(id)
      else hear(entry, { type: 'connect-failed', reason, atMs: clock.now() })
    },
    setWord(id, word, evidence) {
      const entry = entries.get(id)
      if (entry === undefined || (word === 'alive' && entry.verdict.forced === undefined)) return
      // What is in flight was asked before the word and says nothing about now.
      halt(entry)
      hear(entry, { type: 'word', word, evidence, atMs: clock.now() })
      if (word === 'alive') probe(entry)
    },
    probeNow,
    close() {
      for (const entry of entries.values()) halt(entry)
      entries.clear()
    },
  }
}

function asksTheSame(a: ProbeSpec, b: ProbeSpec): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
