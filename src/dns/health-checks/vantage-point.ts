import type { Cancel, Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Random } from '../../base/random.ts'
import { type CheckedTarget, healthChecker } from '../../health/checker.ts'
import type { SendProbe } from '../../health/probe.ts'
import { healthOf } from '../../health/verdict.ts'
import type { HealthReport, HealthStatus, Opinion, VantageOpinion } from '../../resources/health-checks.ts'
import type { CheckSettings, EndpointCheck } from './check-settings.ts'
import { type CheckedEndpoint, type OtherVantages, selfDoubt } from './self-doubt.ts'
import { statusSentence } from './status-sentence.ts'

export interface VantagePorts {
  readonly clock: Clock
  readonly random: Random
  readonly send: SendProbe
  readonly log: Log
  /** ISO 8601. */
  readonly wallTime: () => string
  readonly others: OtherVantages
  /** An opinion, or whether it votes, is another now. */
  readonly changed: () => void
}

/** One process that probes every endpoint by itself and has an opinion on each. */
export interface VantagePoint {
  /** `before`: what the process that ran before this one had last published. */
  setChecks(checks: readonly CheckSettings[], before: HealthStatus | undefined): void
  opinions(): Readonly<Record<string, VantageOpinion>>
  /** In words while it blames itself. */
  holding(): string | undefined
  reports(): HealthReport['checks']
  /** True when each endpoint has had a first result. */
  isSettled(): boolean
  close(): void
}

type Endpoint = CheckSettings & EndpointCheck

export function vantagePoint(ports: VantagePorts): VantagePoint {
  const { clock, random, send, log, wallTime, others, changed } = ports
  const doubt = selfDoubt()
  const reports = new Map<string, HealthReport['checks'][string]>()
  /** The evidence of the last change of opinion: that of the last probe would be news at every probe. */
  const decidedBy = new Map<string, string>()
  let endpoints: readonly Endpoint[] = []
  let hosts: ReadonlyMap<string, string> = new Map()
  let cancelHold: Cancel = () => undefined
  let wasBlind = false

  const checker = healthChecker({
    clock,
    random,
    send,
    changed(id, verdict, before) {
      decidedBy.set(id, verdict.evidence)
      const fields = { check: id, from: healthOf(before), to: healthOf(verdict), evidence: verdict.evidence }
      log.info('endpoint health changed', fields)
      changed()
    },
    probed(id, result, startedAtMs) {
      const said = { Status: statusSentence(result), CheckedTime: wallTime() }
      const lastFailure = result.passed ? reports.get(id)?.lastFailure : said
      reports.set(id, { last: said, ...(lastFailure === undefined ? {} : { lastFailure }) })
      const wasDoubted = doubt.isDoubted(id)
      if (doubt.hear({ id, host: hostOf(id) }, result.passed, startedAtMs, clock.now())) probeDoubted()
      if (wasDoubted !== doubt.isDoubted(id)) tellDoubt()
    },
    doubts(id) {
      const isFirst = doubt.holdEndsAt() === undefined
      const wasDoubted = doubt.isDoubted(id)
      const isDoubted = doubt.doubts(id, clock.now(), known(), others)
      if (isFirst && isDoubted) lookAround(id)
      if (isDoubted !== wasDoubted) tellDoubt()
      return isDoubted
    },
  })

  const hostOf = (id: string): string => hosts.get(id) ?? ''
  const known = (): readonly CheckedEndpoint[] =>
    endpoints.map(({ id }) => ({
      id,
      host: hostOf(id),
      state: healthOf(checker.verdict(id) ?? { state: 'initial', forced: undefined }),
    }))
  const probeDoubted = (): void => {
    for (const id of doubt.doubted()) checker.probeNow(id)
  }
  /** Is it them or us? The others are asked at once, not when their turn comes. */
  const lookAround = (id: string): void => {
    for (const endpoint of endpoints) if (endpoint.id !== id) checker.probeNow(endpoint.id)
    cancelHold()
    const endsAt = doubt.holdEndsAt() ?? clock.now()
    cancelHold = clock.after(endsAt - clock.now(), probeDoubted)
  }
  const tellDoubt = (): void => {
    const isBlind = doubt.isBlind(known())
    if (isBlind !== wasBlind) {
      wasBlind = isBlind
      if (isBlind)
        log.warn('every endpoint fails at once: holding what was known', { endpoints: endpoints.length })
      else log.info('no longer in doubt of itself')
    }
    changed()
  }

  return {
    setChecks(checks, before) {
      const next = checks.filter((check): check is Endpoint => check.kind === 'endpoint' && !check.disabled)
      const fingerprints = new Map(endpoints.map(({ id, fingerprint }) => [id, fingerprint]))
      const kept = new Set(next.map(({ id }) => id))
      for (const { id } of endpoints) {
        if (kept.has(id)) continue
        doubt.forget(id)
        reports.delete(id)
        decidedBy.delete(id)
      }
      for (const { id, fingerprint } of next) {
        const last = before?.opinions[id]
        if (fingerprints.has(id) || last?.fingerprint !== fingerprint) continue
        decidedBy.set(id, last.evidence)
      }
      endpoints = next
      hosts = new Map(next.map(({ id, probe }) => [id, probe.hostName ?? probe.to.address]))
      checker.setTargets(next.map(check => checkedTarget(check, before)))
    },
    opinions() {
      const isBlind = doubt.isBlind(known())
      return Object.fromEntries(
        endpoints.map(({ id, fingerprint }) => {
          const opinion = opinionOf(checker.verdict(id)?.state)
          const evidence = decidedBy.get(id) ?? ''
          const isWithheld = isBlind || doubt.isDoubted(id)
          return [id, { fingerprint, opinion, evidence, ...(isWithheld ? { withheld: true as const } : {}) }]
        }),
      )
    },
    holding: () =>
      doubt.isBlind(known())
        ? `each of ${endpoints.length} endpoints fails at once: this vantage point doubts itself`
        : undefined,
    reports: () => Object.fromEntries(reports),
    isSettled: () => checker.isSettled(),
    close() {
      cancelHold()
      checker.close()
    },
  }
}

function checkedTarget(check: Endpoint, before: HealthStatus | undefined): CheckedTarget {
  const { id, probe, intervalMs, immediateReprobe, thresholds, fingerprint } = check
  const last = before?.opinions[id]
  const startsAs = last?.fingerprint === fingerprint && last.opinion !== 'unknown' ? last.opinion : undefined
  return {
    id,
    probe,
    intervalMs,
    intervalFrom: 'result',
    immediateReprobe,
    thresholds,
    ...(startsAs === undefined ? {} : { startsAs }),
  }
}

function opinionOf(state: 'initial' | 'healthy' | 'unhealthy' | undefined): Opinion {
  return state === undefined || state === 'initial' ? 'unknown' : state
}
