import { Registry } from 'prom-client'
import type { Clock } from '../base/clock.ts'
import type { CheckVerdicts } from '../dns/health-checks/check-verdict.ts'
import type { ServerCounts } from '../dns/server/server-counts.ts'
import type { Switchboard, SwitchChange } from '../dns/switching/switchboard.ts'
import { codecOfCode } from '../dns/wire/records/table.ts'
import { type HealthReport, healthReportPrefix } from '../resources/health-checks.ts'
import { dnsServerIndex } from '../resources/roles.ts'
import type { BalancerStatus } from '../resources/status.ts'
import type { TopologySettings } from '../resources/topology-settings.ts'
import type { Heartbeats } from '../store/heartbeats.ts'
import type { Snapshot } from '../store/store.ts'
import { dnsMetricsAddress } from '../topology/address-plan.ts'
import type { RoleContext } from './context.ts'
import type { DnsView } from './dns-events.ts'
import { addReading, type Reading, serveMetrics } from './metrics-pages.ts'
import type { Pages } from './pages.ts'

/** What has happened since the start. */
export interface DnsCounts {
  switched(change: SwitchChange): void
  /** Look at every beat of our own: who has beaten since the last look. */
  look(snapshot: Snapshot, heartbeats: Pick<Heartbeats, 'last'>): void
  /** By name and type. */
  readonly switches: ReadonlyMap<string, number>
  /** How long ago each balancer was heard of, by `<load balancer>/<zone>`. */
  statusAgesMs(): ReadonlyMap<string, number>
}

const rcodeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

/** More names than this are not counted one by one. */
const namesMax = 1_000
const balancerPrefix = 'status/balancer/'

export function dnsCounts(clock: Clock): DnsCounts {
  const switches = new Map<string, number>()
  const heard = new Map<string, { heartbeat: number; at: number }>()
  return {
    switches,
    switched({ record, before, after }) {
      const path = `${record.name} ${record.type}`
      if (!switches.has(path) && switches.size >= namesMax) return
      const isSwitch = before !== undefined && before.answered !== after.answered
      switches.set(path, (switches.get(path) ?? 0) + (isSwitch ? 1 : 0))
    },
    look(snapshot, heartbeats) {
      for (const { key } of snapshot.list(balancerPrefix)) {
        const last = heartbeats.last(key)
        const owner = key.slice(balancerPrefix.length)
        if (last !== undefined && heard.get(owner)?.heartbeat !== last.heartbeat)
          heard.set(owner, { heartbeat: last.heartbeat, at: clock.now() })
      }
    },
    statusAgesMs: () => new Map(Array.from(heard, ([owner, { at }]) => [owner, clock.now() - at])),
  }
}

export interface DnsMetricsState {
  readonly counts: DnsCounts
  readonly board: Switchboard
  readonly view: () => DnsView
  readonly snapshot: () => Snapshot
  readonly server: () => ServerCounts
  readonly checks: () => CheckVerdicts
  readonly wallMs: () => number
}

/** GET /metrics and /health/live, on this machine alone. Undefined where the topology names no port. */
export async function serveDnsMetrics(
  context: RoleContext,
  { dns }: TopologySettings,
  state: DnsMetricsState,
): Promise<Pages | undefined> {
  if (dns.metricsPort === undefined) return undefined
  const at = { address: dnsMetricsAddress(dnsServerIndex(context.roleName)), port: dns.metricsPort }
  return await serveMetrics(context, at, dnsRegistry(state))
}

function dnsRegistry({ counts, board, view, snapshot, server, checks, wallMs }: DnsMetricsState): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: readonly string[], read: () => Reading): void =>
    addReading(registry, { name: `everport_dns_${name}`, help, labelNames }, read)

  gauge('store_revision', 'Revision of the store that answers follow from.', [], () => [
    [{}, snapshot().revision],
  ])
  gauge('queries_total', 'Messages received, by transport.', ['by'], () =>
    Object.entries(server().queries).map(([by, count]) => [{ by }, count]),
  )
  gauge(
    'queries_by_type_total',
    'Queries by type; types from 256 on are together under `other`.',
    ['type'],
    () =>
      [...server().byType].map(([code, count]) => [
        { type: code > 255 ? 'other' : codecOfCode(code).type },
        count,
      ]),
  )
  gauge('replies_total', 'Replies by response code.', ['rcode'], () =>
    [...server().byRcode].map(([rcode, count]) => [{ rcode: rcodeNames[rcode] ?? String(rcode) }, count]),
  )
  gauge('unanswered_total', 'Messages that got no reply: no query, or too many.', [], () => [
    [{}, server().unanswered],
  ])
  gauge('replies_limited_total', 'Replies by UDP beyond the limit, by what became of them.', ['how'], () =>
    Object.entries(server().limited).map(([how, count]) => [{ how }, count]),
  )
  gauge(
    'answers_total',
    'Answers with records, by the name that was asked for; the first names asked for, others are not counted.',
    ['name'],
    () => [...server().byName].map(([name, count]) => [{ name }, count]),
  )
  gauge('health_check_healthy', '1 when a health check is healthy.', ['check'], () =>
    [...checks()].map(([check, { healthy }]) => [{ check }, healthy ? 1 : 0]),
  )
  gauge(
    'health_check_probe_age_seconds',
    'Time since each vantage point last probed.',
    ['check', 'vantage'],
    () => probeAges(snapshot(), wallMs()),
  )
  gauge('zone_serial', 'Serial of each zone.', ['zone'], () =>
    view().zones.zones.map(({ name, serial }) => [{ zone: name }, serial]),
  )
  gauge('record_sets_not_served', 'Record sets that cannot be served; the log names them.', [], () => [
    [{}, view().zones.problems.length],
  ])
  gauge('balancer_healthy', '1 when a load balancer, or one of its zones, is healthy.', ['balancer'], () =>
    [...view().health.verdicts].map(([balancer, { healthy }]) => [{ balancer }, healthy ? 1 : 0]),
  )
  gauge(
    'balancer_status_age_seconds',
    'Time since each balancer was last heard of.',
    ['balancer', 'zone'],
    () =>
      [...counts.statusAgesMs()].map(([owner, ageMs]) => {
        const [balancer = '', zone = ''] = owner.split('/')
        return [{ balancer, zone }, ageMs / 1000]
      }),
  )
  gauge(
    'target_healthy',
    '1 when a target is healthy, as each balancer sees it.',
    ['balancer', 'zone', 'target'],
    () => targetRows(snapshot()),
  )
  const states = () => [...board.states()].slice(0, namesMax)
  gauge('failover_primary', '1 when a failover name answers its primary record.', ['record'], () =>
    states().map(([record, { state }]) => [{ record }, state.answered === 'PRIMARY' ? 1 : 0]),
  )
  gauge('failover_held', '1 when something beside health keeps a name where it is.', ['record', 'by'], () =>
    states().flatMap(
      ([
        record,
        {
          state: { hold },
        },
      ]) => (hold === undefined ? [] : [[{ record, by: hold.kind }, 1] as const]),
    ),
  )
  gauge('failover_epoch', 'Switches of a name that the store knows of.', ['record'], () =>
    states().map(([record, { state }]) => [{ record }, state.epoch]),
  )
  gauge('failover_switches_total', 'Switches of a name since this process started.', ['record'], () =>
    [...counts.switches].map(([record, count]) => [{ record }, count]),
  )
  return registry
}

function probeAges(snapshot: Snapshot, wallMs: number): (readonly [Record<string, string>, number])[] {
  return snapshot.list<HealthReport>(healthReportPrefix).flatMap(({ key, value }) => {
    const vantage = key.slice(healthReportPrefix.length)
    return Object.entries(value.checks).map(
      ([check, { last }]) => [{ check, vantage }, (wallMs - Date.parse(last.CheckedTime)) / 1000] as const,
    )
  })
}

function targetRows(snapshot: Snapshot): (readonly [Record<string, string>, number])[] {
  return snapshot.list<BalancerStatus>(balancerPrefix).flatMap(({ key, value }) => {
    const [balancer = '', zone = ''] = key.slice(balancerPrefix.length).split('/')
    return value.targets
      .filter(({ TargetHealth }) => TargetHealth.State !== 'unused')
      .map(
        ({ Target, TargetHealth }) =>
          [
            { balancer, zone, target: `${Target.Id}:${Target.Port}` },
            TargetHealth.State === 'healthy' ? 1 : 0,
          ] as const,
      )
  })
}
