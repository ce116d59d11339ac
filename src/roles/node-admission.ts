import type { Cancel } from '../base/clock.ts'
import type { RoleDocument } from '../resources/access.ts'
import {
  type AdmissionSettings,
  defaultAdmission,
  exhaustedMegabytes,
  processMegabytes,
} from '../resources/admission-settings.ts'
import type { NodeLimits } from '../resources/node-config.ts'
import { type AdmittedEngine, admittedEngine } from '../sql/admission/admitted-engine.ts'
import type { MemoryThresholds, Pressure } from '../sql/admission/memory-pressure.ts'
import type { DuckdbEngine } from '../sql/engine/duckdb-engine.ts'
import type { Engine } from '../sql/engine/engine.ts'
import type { SettingValues } from '../sql/pgwire/session-settings.ts'
import { type AccessState, membershipsOf } from '../sql/rights/access-state.ts'
import { checkedValue, settingNamed } from '../sql/statements/settings.ts'
import type { AdmissionMetrics } from '../sql/web/admission-metrics.ts'
import type { RoleContext } from './context.ts'

export interface NodeAdmission {
  readonly engine: AdmittedEngine
  settings(): AdmissionSettings
  pressure(): Pressure
  /** What the whole process holds, and what it may. */
  processMegabytes(): { readonly held: number; readonly bound: number }
  change(limits: NodeLimits): void
  /** Settings that a role’s sessions begin with. */
  settingsOf(role: string): SettingValues
  connectionsMax(role: string): { readonly ofServer: number; readonly ofRole: number }
  /** From now on looks at the memory, and tells of every change. */
  watchMemory(changed: (pressure: Pressure) => void): void
  stop(): void
}

export interface NodeAdmissionOptions {
  readonly engine: Engine
  readonly duckdb: Pick<DuckdbEngine, 'places'>
  readonly limits: NodeLimits
  readonly metrics: AdmissionMetrics
  readonly access: () => AccessState
  /** What the process holds now, all of it. */
  readonly processBytes: () => number
}

const lookIntervalMs = 100
/** While no query runs: what is held then grows slowly, and a node that nobody uses wakes ten times less. */
const idleLookIntervalMs = 1_000
const megabyte = 1024 * 1024

/** Who runs on a node, and what happens when its memory runs out. */
export function startNodeAdmission(context: RoleContext, options: NodeAdmissionOptions): NodeAdmission {
  const { clock, log } = context
  const { processBytes } = options
  const heldMegabytes = (): number => Math.round(processBytes() / megabyte)
  let limits = options.limits
  let pressure: Pressure = 'free'
  const settings = (): AdmissionSettings => limits.admission ?? defaultAdmission
  const engine = admittedEngine({
    engine: options.engine,
    clock,
    settings: settings(),
    memoryLimitMegabytes: limits.memoryLimitMegabytes,
    memberOf: role => [...membershipsOf(options.access(), role)],
    hour: () => new Date().getUTCHours(),
    watch: {
      ...options.metrics,
      admitted(group, waitedMs) {
        options.metrics.admitted(group, waitedMs)
        if (isIdle) scheduleLook()
      },
      cancelledForMemory(group) {
        options.metrics.cancelledForMemory(group)
        log.warn('query ended: the memory of the node runs out', { group, processMegabytes: heldMegabytes() })
      },
    },
  })
  options.metrics.read({
    queries: engine.queries,
    bounds: () => ({
      concurrentMax: settings().concurrentMax,
      queuedMax: settings().queuedMax,
      memoryBytes: limits.memoryLimitMegabytes * megabyte,
    }),
    pressure: () => pressure,
    places: options.duckdb.places,
  })

  let isLooking = false
  let changed: (pressure: Pressure) => void = () => undefined
  let stop: Cancel = () => undefined
  let isWatched = false
  let isIdle = false
  const look = async (): Promise<void> => {
    // One look at a time: under load it may take longer than the interval.
    if (isLooking) return
    isLooking = true
    try {
      const before = pressure
      pressure = await engine.look(processBytes(), thresholdsOf(settings(), limits))
      if (pressure !== before) changed(pressure)
    } finally {
      isLooking = false
    }
  }

  const scheduleLook = (): void => {
    if (!isWatched) return
    isIdle = pressure === 'free' && engine.queries().length === 0
    stop()
    stop = clock.after(isIdle ? idleLookIntervalMs : lookIntervalMs, () => {
      void look()
      scheduleLook()
    })
  }

  return {
    engine,
    settings,
    pressure: () => pressure,
    processMegabytes: () => ({
      held: heldMegabytes(),
      bound: processMegabytes(settings(), limits.memoryLimitMegabytes),
    }),
    change(next) {
      limits = next
      engine.change(settings(), limits.memoryLimitMegabytes)
    },
    settingsOf: role => initialSettings(settings(), role, options.access().roles.get(role)),
    connectionsMax: role => ({
      ofServer: limits.connectionsMax,
      ofRole: Math.min(
        settings().roles.find(one => one.role === role)?.connectionsMax ?? Number.POSITIVE_INFINITY,
        connectionLimit(options.access().roles.get(role)),
      ),
    }),
    watchMemory(told) {
      changed = told
      isWatched = true
      scheduleLook()
    },
    stop() {
      isWatched = false
      stop()
    },
  }
}

function thresholdsOf(settings: AdmissionSettings, limits: NodeLimits): MemoryThresholds {
  const hardBytes = limits.memoryLimitMegabytes * megabyte
  return {
    softBytes: (hardBytes * settings.memorySoftPercent) / 100,
    hardBytes,
    processBytes: processMegabytes(settings, limits.memoryLimitMegabytes) * megabyte,
    exhaustedBytes: exhaustedMegabytes(settings, limits.memoryLimitMegabytes) * megabyte,
  }
}

function connectionLimit(role: RoleDocument | undefined): number {
  const limit = role?.connectionLimit ?? -1
  return limit < 0 ? Number.POSITIVE_INFINITY : limit
}

/** ALTER ROLE … SET goes before what the node’s configuration says. */
function initialSettings(
  settings: AdmissionSettings,
  role: string,
  document: RoleDocument | undefined,
): SettingValues {
  const own = settings.roles.find(one => one.role === role)?.timeouts
  const { statementMs, idleSessionMs, idleInTransactionMs, lockMs } = { ...settings.timeouts, ...own }
  const all: readonly [name: string, timeoutMs: number][] = [
    ['statement_timeout', statementMs],
    ['idle_session_timeout', idleSessionMs],
    ['idle_in_transaction_session_timeout', idleInTransactionMs],
    ['lock_timeout', lockMs],
  ]
  const configured = new Map(
    all
      .filter(([, timeoutMs]) => timeoutMs > 0)
      .map(([name, ms]) => [name, checkedValue(settingNamed(name), `${ms}ms`)]),
  )
  return new Map([
    ...configured,
    ...isSuperuserSetting(document),
    ...Object.entries(document?.settings ?? {}),
  ])
}

/** What clients ask whether their user administers. */
function isSuperuserSetting(role: RoleDocument | undefined): [string, string][] {
  return [['is_superuser', (role?.isSuperuser ?? true) ? 'on' : 'off']]
}
