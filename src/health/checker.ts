import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { ProbeResult, ProbeSpec, SendProbe } from './probe.ts'
import { type Asker, probeRounds, type Question, type Round } from './probe-rounds.ts'
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

export interface CheckedTarget extends Question {
  readonly id: string
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

interface Entry extends Asker {
  target: CheckedTarget
  verdict: Verdict
  round: Round
  /** The first result came. */
  isKnown: boolean
}

/**
 * Time to notice, from the moment a target stops answering, with interval I, timeout T, threshold 2 and immediate re-probe: at most
 * I + 2 T. Targets that are asked the same at the same place share their probes (probe-rounds.ts); each has its own verdict.
 */
export function healthChecker(ports: CheckerPorts): Checker {
  const { clock, changed, probed, doubts } = ports
  const entries = new Map<string, Entry>()
  const roundOf = probeRounds(ports)

  const take = (entry: Entry, event: HealthEvent): void => {
    const before = entry.verdict
    entry.verdict = nextVerdict(before, event, entry.target.thresholds)
    if (healthOf(entry.verdict) !== healthOf(before) || entry.verdict.forced !== before.forced)
      changed(entry.target.id, entry.verdict, before)
  }

  const isDoubted = (entry: Entry, result: ProbeResult): boolean => {
    if (doubts === undefined || result.passed) return false
    const { id, thresholds } = entry.target
    const next = nextVerdict(entry.verdict, { type: 'probe', result, atMs: clock.now() }, thresholds)
    if (healthOf(next) !== 'unhealthy' || healthOf(entry.verdict) === 'unhealthy') return false
    return doubts(id)
  }

  const add = (target: CheckedTarget): void => {
    const entry: Entry = {
      target,
      verdict: { ...initialVerdict(clock.now()), state: target.startsAs ?? 'initial' },
      round: roundOf(target),
      isKnown: false,
      wantsToKnow: () => entry.verdict.forced === undefined,
      hear(result, startedAtMs) {
        const before = entry.verdict
        if (before.forced !== undefined) return false
        entry.isKnown = true
        probed?.(entry.target.id, result, startedAtMs)
        if (!isDoubted(entry, result)) take(entry, { type: 'probe', result, atMs: clock.now() })
        const { verdict } = entry
        const isFirstFailure =
          before.state === 'healthy' && verdict.state === 'healthy' && verdict.streak === 1
        return isFirstFailure && entry.target.immediateReprobe
      },
    }
    entries.set(target.id, entry)
    entry.round.join(entry)
  }

  const change = (entry: Entry, target: CheckedTarget): void => {
    const before = entry.target
    entry.target = target
    const round = roundOf(target)
    if (round === entry.round) return
    entry.round.leave(entry)
    entry.round = round
    round.join(entry)
    if (!asksTheSame(before.probe, target.probe)) round.askAnew(entry)
  }

  return {
    setTargets(targets) {
      const ids = new Set(targets.map(target => target.id))
      for (const [id, entry] of entries) {
        if (ids.has(id)) continue
        entry.round.leave(entry)
        entries.delete(id)
      }
      for (const target of targets) {
        const entry = entries.get(target.id)
        if (entry?.target.probe.to.address === target.probe.to.address) change(entry, target)
        else {
          entry?.round.leave(entry)
          add(target)
        }
      }
    },
    verdict: id => entries.get(id)?.verdict,
    isSettled() {
      for (const { verdict, isKnown } of entries.values())
        if (verdict.forced === undefined && verdict.state === 'initial' && !isKnown) return false
      return true
    },
    connectFailed(id, reason) {
      const entry = entries.get(id)
      if (entry === undefined) return
      if (reason === 'timeout') entry.round.askSoon(0)
      else take(entry, { type: 'connect-failed', reason, atMs: clock.now() })
    },
    setWord(id, word, evidence) {
      const entry = entries.get(id)
      if (entry === undefined || (word === 'alive' && entry.verdict.forced === undefined)) return
      take(entry, { type: 'word', word, evidence, atMs: clock.now() })
      // What is in flight was asked before the word and says nothing about now.
      if (word === 'alive') entry.round.askAnew(entry)
    },
    probeNow: id => entries.get(id)?.round.askSoon(0),
    close() {
      for (const entry of entries.values()) entry.round.leave(entry)
      entries.clear()
    },
  }
}

function asksTheSame(a: ProbeSpec, b: ProbeSpec): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
