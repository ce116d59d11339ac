import { unreachable } from '../base/assert.ts'
import type { ProbeResult } from './probe.ts'

/** 'initial': nothing has been decided yet. */
export type HealthState = 'initial' | 'healthy' | 'unhealthy'

/** Why the supervisor keeps a target out: its process is gone, or has been told to end and finishes what it has. */
export type ForcedWord = 'dead' | 'stopping'

export interface Verdict {
  /** By probes and connects alone. */
  readonly state: HealthState
  /** Consecutive results that speak against `state`. */
  readonly streak: number
  /** The supervisor's word, which it alone sets and takes back. */
  readonly forced: ForcedWord | undefined
  /** What last spoke for or against, in words. */
  readonly evidence: string
  /** When `healthOf` last changed, by the checker's clock. */
  readonly sinceMs: number
}

export interface Thresholds {
  /** Consecutive passes that make an unhealthy target healthy. */
  readonly healthyThreshold: number
  /** Consecutive failures that make a target unhealthy. */
  readonly unhealthyThreshold: number
  /** Whether a client's refused or reset connect decides at once. */
  readonly passive: boolean
}

export type HealthEvent =
  | { readonly type: 'probe'; readonly result: ProbeResult; readonly atMs: number }
  | { readonly type: 'connect-failed'; readonly reason: 'refused' | 'reset'; readonly atMs: number }
  | {
      readonly type: 'word'
      readonly word: ForcedWord | 'alive'
      readonly evidence: string
      readonly atMs: number
    }

export function initialVerdict(atMs: number): Verdict {
  return { state: 'initial', streak: 0, forced: undefined, evidence: 'not probed yet', sinceMs: atMs }
}

/** What others act by: the supervisor's word goes before every probe. */
export function healthOf(verdict: Pick<Verdict, 'state' | 'forced'>): HealthState {
  return verdict.forced === undefined ? verdict.state : 'unhealthy'
}

/**
 * | state     | pass                            | failure                               | connect failed, passive on |
 * |-----------|---------------------------------|---------------------------------------|----------------------------|
 * | initial   | healthy (AWS: the first pass is | at unhealthyThreshold in a row:       | unhealthy                  |
 * |           | enough, whatever the threshold) | unhealthy                             |                            |
 * | healthy   | healthy, failures forgotten     | at unhealthyThreshold in a row:       | unhealthy                  |
 * |           |                                 | unhealthy                             |                            |
 * | unhealthy | at healthyThreshold in a row:   | unhealthy, passes forgotten           | unhealthy, passes          |
 * |           | healthy                         |                                       | forgotten                  |
 *
 * | word          | becomes                                                                                         |
 * |---------------|-------------------------------------------------------------------------------------------------|
 * | dead,stopping | forced; a healthy target is unhealthy beneath, so that it must pass healthyThreshold probes later |
 * | alive         | no longer forced; from here probes decide                                                       |
 *
 * While a word is in force, probes and connects change nothing: they may be older than the word.
 */
export function nextVerdict(verdict: Verdict, event: HealthEvent, thresholds: Thresholds): Verdict {
  const next = decide(verdict, event, thresholds)
  return next === verdict || healthOf(next) === healthOf(verdict) ? next : { ...next, sinceMs: event.atMs }
}

function decide(verdict: Verdict, event: HealthEvent, thresholds: Thresholds): Verdict {
  switch (event.type) {
    case 'word':
      return heard(verdict, event.word, event.evidence)
    case 'probe':
      if (verdict.forced !== undefined) return verdict
      return event.result.passed
        ? passed(verdict, event.result.evidence, thresholds)
        : failed(verdict, event.result.evidence, thresholds.unhealthyThreshold)
    case 'connect-failed':
      if (verdict.forced !== undefined || !thresholds.passive) return verdict
      return failed(verdict, `a client's connection was ${event.reason}`, 1)
    default:
      return unreachable(event)
  }
}

function heard(verdict: Verdict, word: ForcedWord | 'alive', evidence: string): Verdict {
  if (word === 'alive')
    return verdict.forced === undefined ? verdict : { ...verdict, forced: undefined, evidence }
  if (verdict.forced === word) return verdict
  const state = verdict.state === 'healthy' ? 'unhealthy' : verdict.state
  return { ...verdict, state, streak: 0, forced: word, evidence }
}

function passed(verdict: Verdict, evidence: string, { healthyThreshold }: Thresholds): Verdict {
  if (verdict.state !== 'unhealthy') return { ...verdict, state: 'healthy', streak: 0, evidence }
  const streak = verdict.streak + 1
  if (streak < healthyThreshold) return { ...verdict, streak, evidence }
  return { ...verdict, state: 'healthy', streak: 0, evidence }
}

function failed(verdict: Verdict, evidence: string, unhealthyThreshold: number): Verdict {
  if (verdict.state === 'unhealthy') return { ...verdict, streak: 0, evidence }
  const streak = verdict.streak + 1
  if (streak < unhealthyThreshold) return { ...verdict, streak, evidence }
  return { ...verdict, state: 'unhealthy', streak: 0, evidence }
}
