import { EverportError } from '../base/errors.ts'
import { type HealthChecks, healthChecks } from '../dns/health-checks/health-checks.ts'
import type { ResolveAddresses } from '../health/named-probe.ts'
import { networkProbes } from '../health/send-probe.ts'
import { resolveIpv4 } from '../io/names.ts'
import { passwordFileReader } from '../io/password-file.ts'
import { passwordFolder, type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { everportNames } from '../sql/client/resolve-name.ts'
import { sqlProbe } from '../sql/client/sql-probe.ts'
import type { Change } from '../store/store.ts'
import type { RoleContext } from './context.ts'

export interface DnsHealthCheckOptions {
  readonly publish: (change: Change) => void
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  readonly changed: () => void
  /** Where this process answers DNS; empty until that is known. */
  readonly address: () => string
  /** The machine's own name servers; for tests. */
  readonly resolveOutside?: ResolveAddresses
}

/** The health checks of one dns process, which is one vantage point. */
export function dnsHealthChecks(context: RoleContext, options: DnsHealthCheckOptions): HealthChecks {
  const { store, clock, random, network, log, roleName } = context
  const resolve = namesInside(context, options.resolveOutside ?? resolveIpv4)
  const readPasswordFile = passwordFileReader(() => passwordFolder(store.read(), context.stateDir))
  const send = networkProbes(network, clock, {
    resolve,
    sql: (spec, done) => sqlProbe({ network, clock, random, readPasswordFile }, spec, done),
  })
  const wallTime = (): string => new Date(options.wallMs()).toISOString()
  const { publish, changed, address } = options
  return healthChecks(
    { clock, random, send, log, wallTime, roleName, address, publish, changed, heartbeats: store.heartbeats },
    store.read(),
  )
}

/** Our own servers are asked first: the machine's name servers need not know our zones. Others' names they refuse at once. */
function namesInside(
  { store, network, clock, random }: RoleContext,
  outside: ResolveAddresses,
): ResolveAddresses {
  return async name => {
    const settings = store.read().get<TopologySettings>(topologySettingsKey)?.value
    if (settings === undefined) return outside(name)
    const { addresses, port } = settings.dns
    const servers = addresses.map(address => ({ address, port }))
    try {
      return await everportNames({ network, clock, random }, servers)(name)
    } catch (error) {
      if (error instanceof EverportError && error.code === 'not_found') throw error
      return outside(name)
    }
  }
}
