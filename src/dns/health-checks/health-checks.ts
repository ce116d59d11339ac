import { type Clock, every } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Random } from '../../base/random.ts'
import type { SendProbe } from '../../health/probe.ts'
import {
  type HealthCheckDocument,
  type HealthReport,
  type HealthStatus,
  healthCheckPrefix,
  healthReportKey,
  healthStatusKey,
  healthStatusPrefix,
  type VantageOpinion,
} from '../../resources/health-checks.ts'
import { heartbeatMonitor } from '../../resources/heartbeat-monitor.ts'
import { heartbeatIntervalMs, heartbeatTimeoutMs } from '../../resources/status.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { type CheckSettings, checkSettings } from './check-settings.ts'
import type { CheckVerdict, CheckVerdicts } from './check-verdict.ts'
import { checkVerdicts, type Sights, sightsOf } from './check-verdicts.ts'
import type { Vote } from './combine.ts'
import { type VantagePorts, vantagePoint } from './vantage-point.ts'

/** Whoever serves waits no longer than this for first results. A hung endpoint alone would take a TCP check 10 s. */
const firstRoundMs = 5_000
/** Reports are for people: they may be this old. */
const reportIntervalMs = 1_000

export interface HealthCheckPorts {
  readonly clock: Clock
  readonly random: Random
  readonly send: SendProbe
  readonly log: Log
  readonly wallTime: () => string
  /** Of this process: its name as vantage point. */
  readonly roleName: string
  /** Where it answers DNS, for reports. */
  readonly address: () => string
  readonly publish: (change: Change) => void
  /** Verdicts are others now. */
  readonly changed: () => void
}

/** Every health check of the store, seen from this process and from the other vantage points that live. */
export interface HealthChecks {
  /** What the store holds now. */
  observe(snapshot: Snapshot): void
  verdicts(): CheckVerdicts
  /** What zones are told of one check. One that does not exist is healthy: nothing speaks against its record. */
  verdict(id: string): CheckVerdict
  /** False until a first round of probes is over: nothing should be served from guesses. */
  isSettled(): boolean
  close(): void
}

export function healthChecks(ports: HealthCheckPorts, first: Snapshot): HealthChecks {
  const { clock, log, roleName, publish } = ports
  const ownKey = healthStatusKey(roleName)
  const startedAt = clock.now()
  const monitor = heartbeatMonitor(clock)
  const firstHeartbeats = new Map<string, number>()
  let snapshot = first
  let checks: readonly CheckSettings[] = []
  let documents = ''
  let isStarted = false
  let sights: Sights = new Map()
  let verdicts: CheckVerdicts = new Map()
  let heartbeat = 0
  let report = { text: '', at: -Infinity }

  /** Heard more than once: a document that stands still may be of a process long gone. */
  const others = (): { name: string; status: HealthStatus }[] =>
    snapshot.list<HealthStatus>(healthStatusPrefix).flatMap(({ key, value: status }) => {
      const isHeard = (firstHeartbeats.get(key) ?? status.heartbeat) !== status.heartbeat
      if (key === ownKey || !isHeard || !monitor.isAlive(key)) return []
      return [{ name: key.slice(healthStatusPrefix.length), status }]
    })
  /** Who has published is waited for, but no longer than who is dead would be. */
  const areOthersHeard = (): boolean =>
    clock.now() - startedAt >= heartbeatTimeoutMs ||
    [...firstHeartbeats].every(
      ([key, heard]) => key === ownKey || snapshot.get<HealthStatus>(key)?.value.heartbeat !== heard,
    )
  const vantagePorts: VantagePorts = {
    ...ports,
    others: {
      get anyVotes() {
        return others().some(({ status }) => Object.values(status.opinions).some(isVote))
      },
      sees: id =>
        others().some(({ status: { opinions } }) => {
          const found = opinions[id]
          return found !== undefined && isCurrent(id, found) && isVote(found) && found.opinion === 'unhealthy'
        }),
    },
    changed: () => {
      update()
      beat()
    },
  }
  const vantage = vantagePoint(vantagePorts)
  const isCurrent = (id: string, { fingerprint }: VantageOpinion): boolean =>
    checks.some(check => check.id === id && check.kind === 'endpoint' && check.fingerprint === fingerprint)

  const votes = (): ((id: string, fingerprint: string) => Vote[]) => {
    const own = { name: roleName, opinions: vantage.opinions() }
    const all = [own, ...others().map(({ name, status }) => ({ name, opinions: status.opinions }))]
    all.sort((a, b) => (a.name < b.name ? -1 : 1))
    return (id, fingerprint) =>
      all.flatMap(({ name, opinions }) => {
        const found = opinions[id]
        if (found === undefined || found.fingerprint !== fingerprint || !isVote(found)) return []
        return [{ vantage: name, opinion: found.opinion, evidence: found.evidence }]
      })
  }
  const update = (): void => {
    sights = sightsOf(checks, votes(), sights)
    const next = checkVerdicts(checks, sights)
    if (isSame(verdicts, next)) return
    logChanges(log, verdicts, next)
    verdicts = next
    if (isStarted) ports.changed()
  }
  const beat = (): void => {
    const holding = vantage.holding()
    const value: HealthStatus = {
      heartbeat: ++heartbeat,
      appliedRevision: snapshot.revision,
      opinions: vantage.opinions(),
      ...(holding === undefined ? {} : { holding }),
    }
    publish({ key: ownKey, value })
    if (clock.now() - report.at < reportIntervalMs) return
    const reported: HealthReport = { address: ports.address(), checks: vantage.reports() }
    const text = JSON.stringify(reported)
    if (text !== report.text) publish({ key: healthReportKey(roleName), value: reported })
    report = { text, at: clock.now() }
  }
  const readChecks = (): void => {
    const found = snapshot.list<HealthCheckDocument>(healthCheckPrefix)
    const state = found.map(({ key, revision }) => `${key} ${revision}`).join('\n')
    if (state === documents) return
    documents = state
    checks = found.map(({ value }) => checkSettings(value))
    vantage.setChecks(checks, snapshot.get<HealthStatus>(ownKey)?.value)
  }
  const observe = (next: Snapshot): void => {
    snapshot = next
    for (const { key, value } of snapshot.list<HealthStatus>(healthStatusPrefix)) {
      if (!firstHeartbeats.has(key)) firstHeartbeats.set(key, value.heartbeat)
      monitor.observe(key, value)
    }
    readChecks()
    update()
  }

  observe(first)
  isStarted = true
  const stopBeats = every(clock, heartbeatIntervalMs, () => {
    update()
    beat()
  })
  return {
    observe,
    verdicts: () => verdicts,
    verdict: id => verdicts.get(id) ?? { healthy: true, reason: `there is no health check ${id}` },
    isSettled: () =>
      [...sights.values()].every(({ isKnown }) => isKnown) ||
      clock.now() - startedAt >= firstRoundMs ||
      (vantage.isSettled() && areOthersHeard()),
    close() {
      stopBeats()
      vantage.close()
    },
  }
}

function isVote({ opinion, withheld }: VantageOpinion): boolean {
  return withheld !== true && opinion !== 'unknown'
}

function isSame(a: CheckVerdicts, b: CheckVerdicts): boolean {
  if (a.size !== b.size) return false
  for (const [id, { healthy, reason }] of b) {
    const before = a.get(id)
    if (before?.healthy !== healthy || before.reason !== reason) return false
  }
  return true
}

function logChanges(log: Log, before: CheckVerdicts, after: CheckVerdicts): void {
  for (const [check, { healthy, reason }] of after) {
    const was = before.get(check)?.healthy
    if (was === healthy || (was === undefined && healthy)) continue
    if (healthy) log.info('health check healthy again', { check, reason })
    else log.warn('health check unhealthy', { check, reason })
  }
}
