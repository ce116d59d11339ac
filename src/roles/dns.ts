import { every } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { type Endpoint, formatEndpoint } from '../base/network.ts'
import { balancerObserver, type ObservedBalancers } from '../dns/routing/balancer-observer.ts'
import { type DnsServer, startDnsServer } from '../dns/server/dns-server.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../dns/zone/zone-snapshot.ts'
import { type DnsStatus, dnsStatusKey, heartbeatIntervalMs } from '../resources/status.ts'
import { statusPublisher } from '../resources/status-publisher.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import type { Snapshot } from '../store/store.ts'
import type { RoleContext, RunningRole } from './context.ts'
import { logChanges } from './dns-events.ts'

/** How long a role that starts waits for the first topology to be applied. */
const topologyTimeoutMs = 10_000

interface Served {
  readonly zones: ZoneSnapshot
  readonly health: ObservedBalancers
}

/**
 * Answers for the hosted zones of the store and the balancers' own names. It listens only when it knows who is healthy, and goes on with
 * what it knows when the store is gone.
 */
export async function startDns(context: RoleContext): Promise<RunningRole> {
  const { store, clock, log, network, random } = context
  const observer = balancerObserver(clock)
  const publish = statusPublisher(store, log)
  let snapshot = store.read()
  let served: Served | undefined
  let server: DnsServer | undefined
  let heartbeat = 0
  let isStale = true
  let woken: () => void = () => undefined

  const publishStatus = (at: Endpoint, { zones }: Served): void => {
    const value: DnsStatus = {
      heartbeat: ++heartbeat,
      appliedRevision: snapshot.revision,
      at: formatEndpoint(at),
      failover: failoverStatus(zones),
    }
    publish({ key: dnsStatusKey(context.roleName), value })
  }
  const update = (isNews: boolean): void => {
    const health = observer.observe(snapshot, isNews)
    if (!health.isKnown) return
    if (!isStale && served !== undefined && isSameHealth(served.health, health)) return
    try {
      const zones = zoneSnapshot(snapshot, health, served?.zones)
      const before = served
      served = { zones, health }
      isStale = false
      logChanges(log, before, served)
      if (server !== undefined) publishStatus(server.at, served)
    } catch (error) {
      // Resources that nobody expected: what was served goes on being served.
      if (served === undefined) throw error
      isStale = false
      log.error('zones not updated', { error: String(error), revision: snapshot.revision })
    }
    woken()
  }
  const stopWatch = store.watch(snapshot.revision, (next, keys) => {
    snapshot = next
    for (const key of keys) if (isZoneResource(key)) isStale = true
    update(true)
    woken()
  })
  const stopTicks = every(clock, heartbeatIntervalMs, () => {
    update(false)
    if (server !== undefined && served !== undefined) publishStatus(server.at, served)
  })
  const until = async <T>(ready: () => T | undefined): Promise<T> => {
    for (;;) {
      const value = ready()
      if (value !== undefined) return value
      await new Promise<void>(resolve => {
        woken = resolve
      })
    }
  }
  const stop = async (): Promise<void> => {
    stopWatch()
    stopTicks()
    await server?.close()
    server = undefined
    await publish.flushed()
  }

  try {
    update(false)
    let isLate = false
    const cancelTimeout = clock.after(topologyTimeoutMs, () => {
      isLate = true
      woken()
    })
    const settings = await until(() => settingsOf(snapshot, isLate))
    cancelTimeout()
    await until(() => served)
    const at = { address: settings.dns.address, port: settings.dns.port }
    server = await startDnsServer({ network, clock, random, at, zones: () => (served as Served).zones })
    if (served !== undefined) publishStatus(server.at, served)
    log.info('dns listening', { at: formatEndpoint(server.at) })
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function settingsOf(snapshot: Snapshot, isLate: boolean): TopologySettings | undefined {
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  if (settings === undefined && isLate)
    throw new EverportError('state_error', `dns: no topology was applied within ${topologyTimeoutMs} ms`, {
      hint: 'look at the log of the agent, or start anew with: everport up',
    })
  return settings
}

function isZoneResource(key: string): boolean {
  return key.startsWith('route53/') || key.startsWith('elbv2/load-balancer/') || key === topologySettingsKey
}

function isSameHealth(a: ObservedBalancers, b: ObservedBalancers): boolean {
  if (a.verdicts.size !== b.verdicts.size) return false
  for (const [key, { healthy, reason }] of b.verdicts) {
    const before = a.verdicts.get(key)
    if (before?.healthy !== healthy || before.reason !== reason) return false
  }
  return true
}

/** Names as the topology writes them; other types than A, which is the usual one, are named. */
function failoverStatus(zones: ZoneSnapshot): DnsStatus['failover'] {
  return Object.fromEntries(
    Object.entries(zones.failover).map(([nameAndType, answer]) => [
      nameAndType.replace(/\. A$/, '').replace('. ', ' '),
      answer,
    ]),
  )
}
