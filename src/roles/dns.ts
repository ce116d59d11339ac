import { every } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { type Endpoint, formatEndpoint } from '../base/network.ts'
import type { CheckVerdicts } from '../dns/health-checks/check-verdict.ts'
import { balancerObserver, type ObservedBalancers } from '../dns/routing/balancer-observer.ts'
import type { ObservedHealth } from '../dns/routing/verdict.ts'
import { type DnsServer, startDnsServer } from '../dns/server/dns-server.ts'
import { type ServerSettings, serverPolicies } from '../dns/server/server-policies.ts'
import { latchKeeper } from '../dns/switching/latch-keeper.ts'
import { switchEvidence } from '../dns/switching/switch-evidence.ts'
import { type Switchboard, switchboard } from '../dns/switching/switchboard.ts'
import { nextZoneSnapshot, type ZoneSnapshot, zoneSnapshot } from '../dns/zone/zone-snapshot.ts'
import { version } from '../io/version.ts'
import { eventJournal } from '../resources/event-journal.ts'
import { dnsEventsPrefix } from '../resources/events.ts'
import { dnsServerIndex } from '../resources/roles.ts'
import {
  type DnsStatus,
  dnsStatusKey,
  type FailoverStatus,
  heartbeatIntervalMs,
} from '../resources/status.ts'
import { statusPublisher } from '../resources/status-publisher.ts'
import { statusTeller } from '../resources/status-teller.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import type { Revision, Snapshot } from '../store/store.ts'
import type { RoleContext, RunningRole } from './context.ts'
import { dnsEvents, holdText } from './dns-events.ts'
import { dnsHealthChecks } from './dns-health-checks.ts'
import { dnsCounts, serveDnsMetrics } from './dns-metrics.ts'
import { zoneTransfers } from './dns-transfer.ts'
import type { Pages } from './pages.ts'
import { peerSerials } from './peer-serials.ts'

/** How often it is looked who beats: by so much later than the timeout is it known who does not. */
const lookIntervalMs = 50
/** How long a role that starts waits for the first topology to be applied. */
const topologyTimeoutMs = 10_000

interface Served {
  readonly zones: ZoneSnapshot
  readonly health: ObservedBalancers
  readonly checks: CheckVerdicts
}

export interface DnsOptions {
  /** The present date, in milliseconds since 1970. */
  readonly wallMs?: () => number
}

/**
 * Answers for the hosted zones of the store and the balancers' own names. It listens only when it knows who is healthy, and goes on with
 * what it knows when the store is gone.
 */
export async function startDns(
  context: RoleContext,
  { wallMs = Date.now }: DnsOptions = {},
): Promise<RunningRole> {
  const { store, clock, log, network, random, roleName } = context
  const ownKey = dnsStatusKey(roleName)
  const observer = balancerObserver({ clock, heartbeats: store.heartbeats, witnesses: () => [ownKey] })
  const publish = statusPublisher(store, log)
  const journal = eventJournal({ store, log, prefix: dnsEventsPrefix, by: roleName, wallMs })
  const counts = dnsCounts(clock)
  const events = dnsEvents({
    log,
    journal,
    evidence: record => {
      const name = board.names().get(record)
      return name === undefined ? [] : switchEvidence(snapshot, name)
    },
  })
  const board: Switchboard = switchboard({
    now: () => ({ clockMs: clock.now(), wallMs: wallMs() }),
    changed: change => {
      counts.switched(change)
      events.switched(change)
    },
  })
  const keeper = latchKeeper({ store, log, by: roleName, wallMs, proposals: board.proposals })
  const peers = peerSerials(roleName)
  let snapshot = store.read()
  let served: Served | undefined
  let server: DnsServer | undefined
  let metrics: Pages | undefined
  let heartbeat = 0
  /** What is answered is of this revision. */
  let servedRevision: Revision = 0
  /** And the status in the store says so: whoever waits for a change reads there what it came to. */
  let toldRevision: Revision = 0
  let isStale = true
  let observedBefore: ObservedBalancers | undefined
  /** Documents that were written since `served` was made. */
  let unserved = new Set<string>()
  let woken: () => void = () => undefined

  const checks = dnsHealthChecks(context, {
    publish,
    wallMs,
    changed: () => {
      isStale = true
      update('checks')
    },
    address: () => server?.at.address ?? '',
  })
  const tellStatus = statusTeller<DnsStatus>({
    store,
    clock,
    publish,
    key: ownKey,
  })
  const beat = (): void => store.heartbeats.beat(ownKey, { heartbeat, appliedRevision: toldRevision })
  const publishStatus = (at: Endpoint, { zones }: Served): void => {
    heartbeat++
    beat()
    const revision = servedRevision
    tellStatus({
      at: formatEndpoint(at),
      failover: failoverStatus(zones, board),
      zones: Object.fromEntries(zones.zones.map(({ name, serial, digest }) => [name, { serial, digest }])),
    })
    void publish.flushed().then(() => {
      if (revision <= toldRevision) return
      toldRevision = revision
      beat()
    })
  }
  const zonesFrom = (
    before: ZoneSnapshot | undefined,
    changed: ReadonlySet<string>,
    health: ObservedHealth,
  ): ZoneSnapshot => {
    const elsewhere = { epochSeconds: Math.floor(wallMs() / 1_000) }
    return before === undefined
      ? zoneSnapshot(snapshot, health, undefined, elsewhere)
      : nextZoneSnapshot(before, snapshot, changed, health, elsewhere)
  }
  const update = (cause: 'news' | 'checks' | 'tick' | 'look'): void => {
    const observed = observer.observe(snapshot)
    if (cause === 'look' && !isStale && observed === observedBefore) return
    observedBefore = observed
    const health = { ...observed, healthCheck: checks.verdict }
    if (!health.isKnown || !checks.isSettled()) return
    if (isStale) board.read(snapshot)
    // Time alone may switch a name: an override ends, a hold-down is over.
    const isDue = served !== undefined && (isStale || cause === 'checks' || cause === 'tick') && board.tick()
    if (!isStale && !isDue && served !== undefined && isSameHealth(served.health, health)) {
      if (unserved.size === 0) servedRevision = snapshot.revision
      return
    }
    try {
      const before = served
      const zones = zonesFrom(before?.zones, unserved, { ...health, failover: board.decide })
      unserved = new Set()
      served = { zones, health, checks: checks.verdicts() }
      servedRevision = snapshot.revision
      isStale = false
      events.changed(before, served)
      if (server !== undefined) publishStatus(server.at, served)
    } catch (error) {
      // Resources that nobody expected: what was served goes on being served.
      if (served === undefined) throw error
      isStale = false
      // `unserved` is kept: what was served is still without them.
      log.error('zones not updated', { error: String(error), revision: snapshot.revision })
    }
    keeper.keep()
    woken()
  }
  const transfers = zoneTransfers(context, { zones: () => (served as Served).zones, wallMs })
  const stopWatch = store.watch(snapshot.revision, (next, keys) => {
    for (const key of keys) if (isZoneResource(key)) unserved.add(key)
    // Nothing stale overrides what is newer.
    if (next.revision < snapshot.revision) return
    snapshot = next
    for (const key of keys) {
      if (unserved.has(key) || peers.hasNews(key, next)) isStale = true
    }
    checks.observe(next)
    update('news')
    transfers.update(snapshot)
    woken()
  })
  const stopLooks = every(clock, lookIntervalMs, () => update('look'))
  const stopTicks = every(clock, heartbeatIntervalMs, () => {
    update('tick')
    transfers.update(snapshot)
    keeper.keep()
    journal.flush()
    counts.look(snapshot, store.heartbeats)
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
    stopLooks()
    checks.close()
    await Promise.all([server?.close(), metrics?.close(), transfers.close()])
    server = undefined
    await Promise.all([publish.flushed(), journal.flushed(), keeper.flushed()])
  }

  try {
    update('tick')
    let isLate = false
    const cancelTimeout = clock.after(topologyTimeoutMs, () => {
      isLate = true
      woken()
    })
    const settings = await until(() => settingsOf(snapshot, isLate))
    cancelTimeout()
    await until(() => served)
    const at = { address: addressOf(settings, roleName), port: settings.dns.port }
    const policies = serverPolicies(serverSettings(settings, roleName), clock, random)
    server = await startDnsServer({
      network,
      clock,
      random,
      at,
      zones: () => (served as Served).zones,
      policies,
      special: transfers.special(policies),
    })
    transfers.start(server.at)
    transfers.update(snapshot)
    metrics = await serveDnsMetrics(context, settings, {
      counts,
      board,
      view: () => served as Served,
      snapshot: () => snapshot,
      server: () => (server as DnsServer).counts(),
      checks: checks.verdicts,
      wallMs,
    })
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

function serverSettings({ dns }: TopologySettings, roleName: string): ServerSettings {
  const { repliesPerSecond, cookies, identify = 'nothing' } = dns
  return {
    repliesPerSecond,
    cookies,
    ...(identify === 'nothing' ? {} : { identity: roleName }),
    ...(identify === 'name-and-version' ? { version: `Everport ${version()}` } : {}),
  }
}

function addressOf({ dns }: TopologySettings, roleName: string): string {
  const address = dns.addresses[dnsServerIndex(roleName)]
  if (address !== undefined) return address
  throw new EverportError(
    'invalid_input',
    `${roleName}: the topology has ${dns.addresses.length} name servers`,
    {
      hint: 'name a role from dns-1 on, or add an address to dns.addresses',
    },
  )
}

function isZoneResource(key: string): boolean {
  return (
    key.startsWith('route53/') ||
    key.startsWith('elbv2/load-balancer/') ||
    key.startsWith('dns/') ||
    key === topologySettingsKey
  )
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
function failoverStatus(zones: ZoneSnapshot, board: Switchboard): DnsStatus['failover'] {
  const states = board.states()
  return Object.fromEntries(
    Object.entries(zones.failover).map(([path, { answered, reason }]): [string, FailoverStatus] => {
      const name = path.replace(/\. A$/, '').replace('. ', ' ')
      const decided = states.get(path)
      if (decided === undefined) return [name, { answered, reason }]
      const hold = holdText(name, decided.state)
      const { primary, secondary } = decided
      const healthy = { primary: primary?.healthy === true, secondary: secondary?.healthy === true }
      return [name, { answered, reason, healthy, ...(hold === undefined ? {} : { hold }) }]
    }),
  )
}
