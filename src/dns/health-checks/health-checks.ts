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
import { statusTeller } from '../../resources/status-teller.ts'
import type { Heartbeat, Heartbeats } from '../../store/heartbeats.ts'
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
/** How often it is looked who of the others beats. */
const lookIntervalMs = 50

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
  readonly heartbeats: Heartbeats
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
  const { clock, log, roleName, publish, heartbeats } = ports
  const ownKey = healthStatusKey(roleName)
  const startedAt = clock.now()
  const monitor = heartbeatMonitor(clock)
  const firstHeartbeats = new Map<string, number>()
  const lastHeartbeats = new Map<string, number>()
  let snapshot = first
  let checks: readonly CheckSettings[] = []
  let documents = ''
  let isStarted = false
  let sights: Sights = new Map()
  let verdicts: CheckVerdicts = new Map()
  let heartbeat = 0
  let report = { text: '', at: -Infinity }

  /** Heard more than once: a beat that stands still may be of a process long gone. */
  const isHeard = (key: string): boolean => lastHeartbeats.get(key) !== firstHeartbeats.get(key)
  const others = (): { name: string; status: HealthStatus }[] =>
    snapshot.list<HealthStatus>(healthStatusPrefix).flatMap(({ key, value: status }) => {
      if (key === ownKey || !isHeard(key) || !monitor.isAlive(key)) return []
      return [{ name: key.slice(healthStatusPrefix.length), status }]
    })
  /** Who has published is waited for, but no longer than who is dead would be. */
  const areOthersHeard = (): boolean =>
    clock.now() - startedAt >= heartbeatTimeoutMs ||
    [...firstHeartbeats.keys()].every(
      key => key === ownKey || isHeard(key) || snapshot.get(key) === undefined,
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
  const tell = statusTeller<HealthStatus>({
    store: { read: () => snapshot },
    clock,
    publish,
    key: ownKey,
  })
  const beat = (): void => {
    heartbeats.beat(ownKey, { heartbeat: ++heartbeat, appliedRevision: snapshot.revision })
    const holding = vantage.holding()
    const value: HealthStatus = {
      opinions: vantage.opinions(),
      ...(holding === undefined ? {} : { holding }),
    }
    tell(value)
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
  /** Whether somebody is there, or is not any more, who was not before. */
  const look = (): boolean => {
    const before = others().length
    for (const { key } of snapshot.list<HealthStatus>(healthStatusPrefix)) {
      const last: Heartbeat | undefined = heartbeats.last(key)
      if (last === undefined) continue
      if (!firstHeartbeats.has(key)) firstHeartbeats.set(key, last.heartbeat)
      lastHeartbeats.set(key, last.heartbeat)
      monitor.observe(key, last)
    }
    return others().length !== before
  }
  const observe = (next: Snapshot): void => {
    snapshot = next
    look()
    readChecks()
    update()
  }

  observe(first)
  isStarted = true
  const stopBeats = every(clock, heartbeatIntervalMs, () => {
    look()
    update()
    beat()
  })
  const stopLooks = every(clock, lookIntervalMs, () => {
    if (checks.length > 0 && look()) update()
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
      stopLooks()
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
