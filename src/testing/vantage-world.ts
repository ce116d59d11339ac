import { silentLog } from '../base/log.ts'
import { fraction, seededRandom } from '../base/random.ts'
import { type HealthChecks, healthChecks } from '../dns/health-checks/health-checks.ts'
import type { ProbeFailure, SendProbe } from '../health/probe.ts'
import { type HealthCheckDocument, type HealthStatus, healthStatusKey } from '../resources/health-checks.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { SimulatedClock } from './clock.ts'
import { healthCheckDocuments } from './health-check-documents.ts'

export type HostState = 'up' | 'closed' | 'silent'

export interface Vantage {
  readonly name: string
  readonly checks: HealthChecks
  isHealthy(id: string): boolean
  /** Everything that `isHealthy` said of each check, one word a change: `healthy unhealthy …`. */
  history(id: string): string
  status(): HealthStatus | undefined
  /** Nothing of its probes arrives. */
  isBlind: boolean
  /** Its store neither takes nor brings anything. */
  isCutOff: boolean
  kill(): void
}

/** Vantage points that probe hosts in simulated time, and hear of each other through one store. */
export interface VantageWorld {
  readonly clock: SimulatedClock
  readonly store: Store
  setHost(host: string, state: HostState): void
  start(name: string): Vantage
  /** Probes that went to a host. */
  probes(host: string): number
  pass(ms: number): void
}

/** How long a change takes from one process to another. */
const newsMs = 10

export function vantageWorld(documents: readonly HealthCheckDocument[], seed = 1): VantageWorld {
  const clock = new SimulatedClock()
  const random = seededRandom(seed)
  const store = memoryStore()
  const hosts = new Map<string, HostState>()
  const probes = new Map<string, number>()
  const alive = new Set<Vantage>()
  const put = (value: Readonly<Record<string, object>>): void =>
    void store.commit(
      [],
      Object.entries(value).map(([key, one]) => ({ key, value: one })),
    )
  put(healthCheckDocuments(documents))

  const sendFrom =
    (vantage: { isBlind: boolean }): SendProbe =>
    (spec, done) => {
      const host = spec.hostName ?? spec.to.address
      probes.set(host, (probes.get(host) ?? 0) + 1)
      const failed = (reason: ProbeFailure, evidence: string, latencyMs: number): void =>
        done({ passed: false, reason, stage: 'connect', latencyMs, evidence })
      const latencyMs = 1 + fraction(random) * 4
      const state = vantage.isBlind ? 'silent' : (hosts.get(host) ?? 'up')
      if (state === 'silent')
        return clock.after(spec.timeoutMs, () => failed('timeout', 'no connection', spec.timeoutMs))
      return clock.after(latencyMs, () => {
        // What was on the wire when the vantage point lost its network is lost.
        if (vantage.isBlind) failed('unreachable', 'network lost', latencyMs)
        else if (state === 'closed') failed('refused', 'connect refused', latencyMs)
        else done({ passed: true, latencyMs, evidence: 'connected' })
      })
    }

  const start = (name: string): Vantage => {
    const histories = new Map<string, string[]>()
    const record = (): void => {
      for (const [id, { healthy }] of checks.verdicts()) {
        const words = histories.get(id) ?? []
        const word = healthy ? 'healthy' : 'unhealthy'
        if (words.at(-1) !== word) words.push(word)
        histories.set(id, words)
      }
    }
    const network = { isBlind: false, isCutOff: false }
    const checks: HealthChecks = healthChecks(
      {
        clock,
        random,
        send: sendFrom(network),
        log: silentLog,
        wallTime: () => new Date(clock.now()).toISOString(),
        roleName: name,
        address: () => '127.0.0.1',
        publish(change) {
          if (network.isCutOff) return
          void store.commit([], [change])
          clock.after(newsMs, () => {
            for (const one of alive) if (!one.isCutOff) one.checks.observe(store.read())
          })
        },
        changed: () => record(),
        heartbeats: {
          ...store.heartbeats,
          beat(key, heartbeat) {
            if (!network.isCutOff) store.heartbeats.beat(key, heartbeat)
          },
          last: key => (network.isCutOff ? undefined : store.heartbeats.last(key)),
        },
      },
      store.read(),
    )
    record()
    const vantage: Vantage = {
      name,
      checks,
      isHealthy: id => checks.verdict(id).healthy,
      history: id => (histories.get(id) ?? []).join(' '),
      status: () => store.read().get<HealthStatus>(healthStatusKey(name))?.value,
      get isBlind() {
        return network.isBlind
      },
      set isBlind(value) {
        network.isBlind = value
      },
      get isCutOff() {
        return network.isCutOff
      },
      set isCutOff(value) {
        network.isCutOff = value
      },
      kill() {
        alive.delete(vantage)
        checks.close()
      },
    }
    alive.add(vantage)
    return vantage
  }

  return {
    clock,
    store,
    setHost: (host, state) => void hosts.set(host, state),
    start,
    probes: host => probes.get(host) ?? 0,
    pass: ms => clock.advance(ms),
  }
}
