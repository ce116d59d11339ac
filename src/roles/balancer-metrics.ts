import { Registry } from 'prom-client'
import type { EngineCounters, ListenerCounters, TargetCounters } from '../balancer/engine.ts'
import type { BalancerSnapshot } from '../balancer/selection/balancer-snapshot.ts'
import { takesUdp } from '../balancer/selection/listener-snapshot.ts'
import type { ObservedTarget } from '../resources/load-balancing.ts'
import type { TopologySettings } from '../resources/topology-settings.ts'
import type { RoleContext } from './context.ts'
import { addReading, type Reading, serveMetrics } from './metrics-pages.ts'
import type { Pages } from './pages.ts'

export interface BalancerMetricsState {
  readonly snapshot: () => BalancerSnapshot
  readonly counters: () => EngineCounters
  readonly observed: () => readonly ObservedTarget[]
  /** Whether DNS may answer this zone (dns/routing/zonal-health.ts). */
  readonly isZoneHealthy: () => boolean
  readonly engine: () => string
  /** Processes that take connections beside this one. */
  readonly workers: () => number
}

/** GET /metrics and /health/live on the address that is balanced on. Undefined where the topology names no port. */
export async function serveBalancerMetrics(
  context: RoleContext,
  settings: TopologySettings | undefined,
  state: BalancerMetricsState,
): Promise<Pages | undefined> {
  const port = settings?.balancers?.metricsPort
  const { address } = state.snapshot()
  if (port === undefined || address === undefined) return undefined
  return await serveMetrics(context, { address, port }, balancerRegistry(state))
}

/**
 * Metrics of AWS/NetworkELB under their names, in Prometheus' spelling and without the period that CloudWatch sums over: what CloudWatch
 * sums is a counter here. Per target, beyond AWS: `everport_balancer_target_…`.
 */
export function balancerRegistry(state: BalancerMetricsState): Registry {
  const registry = new Registry()
  const add = (name: string, help: string, labelNames: readonly string[], read: () => Reading): void => {
    addReading(
      registry,
      { name, help, labelNames: ['load_balancer', 'availability_zone', ...labelNames] },
      function* () {
        const { loadBalancer: load_balancer, zone: availability_zone } = state.snapshot()
        for (const [labels, value] of read()) yield [{ load_balancer, availability_zone, ...labels }, value]
      },
    )
  }
  addListenerMetrics(add, state)
  addGroupMetrics(add, state)
  addTargetMetrics(add, state)
  return registry
}

type Add = (name: string, help: string, labelNames: readonly string[], read: () => Reading) => void

function addListenerMetrics(
  add: Add,
  { snapshot, counters, isZoneHealthy, engine, workers }: BalancerMetricsState,
): void {
  const nlb = (
    name: string,
    cloudWatch: string,
    help: string,
    value: (of: ListenerCounters, protocol: string) => number,
  ) =>
    add(`aws_networkelb_${name}`, `${cloudWatch}: ${help}`, ['listener', 'protocol'], () =>
      [...counters().listeners].flatMap(([port, of]) =>
        protocolsOf(snapshot(), port).map(
          protocol => [{ listener: String(port), protocol }, value(of, protocol)] as const,
        ),
      ),
    )
  const part = (protocol: string, all: number, udp: number): number => (protocol === 'udp' ? udp : all - udp)
  nlb('active_flow_count', 'ActiveFlowCount', 'flows now', (of, protocol) =>
    part(protocol, of.active, of.udpActive),
  )
  nlb('new_flow_count_total', 'NewFlowCount', 'flows that began', (of, protocol) =>
    part(protocol, of.accepted, of.udpAccepted),
  )
  nlb(
    'rejected_flow_count_total',
    'RejectedFlowCount',
    'flows that were one too many, or that no target took',
    (of, protocol) => part(protocol, of.rejected + of.failed, 0),
  )
  nlb(
    'security_group_blocked_flow_count_inbound_total',
    'SecurityGroupBlockedFlowCount_Inbound',
    'flows from addresses that no security group allows',
    (of, protocol) => part(protocol, of.blocked, of.udpBlocked),
  )
  nlb(
    'client_tls_negotiation_error_count_total',
    'ClientTLSNegotiationErrorCount',
    'handshakes that failed',
    of => of.tlsFailed,
  )
  add('aws_networkelb_zonal_health_status', 'ZonalHealthStatus: 1 while DNS may answer this zone', [], () => [
    [{}, isZoneHealthy() ? 1 : 0],
  ])
  add('everport_balancer_revision', 'Revision of the store that is worked by', ['engine'], () => [
    [{ engine: engine() }, snapshot().revision],
  ])
  add('everport_balancer_workers', 'Processes that take connections beside the first', [], () => [
    [{}, workers()],
  ])
}

/** UDP's part of a TCP_UDP listener is told apart; a listener that is gone is called by what it last counted. */
function protocolsOf({ listeners }: BalancerSnapshot, port: number): readonly string[] {
  const listener = listeners.find(candidate => candidate.port === port)
  if (listener === undefined) return ['tcp']
  if (listener.protocol === 'UDP') return ['udp']
  return takesUdp(listener) ? ['tcp', 'udp'] : [listener.protocol.toLowerCase()]
}

function addGroupMetrics(add: Add, { snapshot, counters, observed }: BalancerMetricsState): void {
  const hosts = (name: string, cloudWatch: string, isCounted: (state: string) => boolean): void =>
    add(`aws_networkelb_${name}`, `${cloudWatch}: targets`, ['target_group'], () =>
      snapshot().targetGroups.map(group => [
        { target_group: group.name },
        observed().filter(
          ({ TargetGroupArn, TargetHealth }) => TargetGroupArn === group.arn && isCounted(TargetHealth.State),
        ).length,
      ]),
    )
  hosts('healthy_host_count', 'HealthyHostCount', state => state === 'healthy')
  hosts('un_healthy_host_count', 'UnHealthyHostCount', state => state.startsWith('unhealthy'))
  const summed = (
    name: string,
    cloudWatch: string,
    help: string,
    value: (of: TargetCounters) => number,
  ): void =>
    add(`aws_networkelb_${name}`, `${cloudWatch}: ${help}`, ['target_group'], () => {
      const sums = new Map(snapshot().targetGroups.map(group => [group.name, 0]))
      for (const [key, of] of [...counters().targets, ...(counters().forgotten ?? [])]) {
        const group = key.slice(0, key.indexOf('/'))
        sums.set(group, (sums.get(group) ?? 0) + value(of))
      }
      return [...sums].map(([target_group, sum]) => [{ target_group }, sum] as const)
    })
  summed(
    'processed_bytes_total',
    'ProcessedBytes',
    'both ways',
    of => of.bytesFromClients + of.bytesFromTarget,
  )
  summed('tcp_client_reset_count_total', 'TCP_Client_Reset_Count', 'resets by clients', of => of.clientResets)
  summed('tcp_target_reset_count_total', 'TCP_Target_Reset_Count', 'resets by targets', of => of.targetResets)
  summed(
    'tcp_elb_reset_count_total',
    'TCP_ELB_Reset_Count',
    'resets by the balancer',
    of => of.balancerResets,
  )
  summed(
    'unhealthy_routing_flow_count_total',
    'UnhealthyRoutingFlowCount',
    'flows sent by fail-open',
    of => of.failOpen,
  )
  summed(
    'target_tls_negotiation_error_count_total',
    'TargetTLSNegotiationErrorCount',
    'handshakes with targets that failed',
    of => of.tlsFailed,
  )
}

function addTargetMetrics(add: Add, { counters, observed, snapshot }: BalancerMetricsState): void {
  const target = (name: string, help: string, value: (of: TargetCounters) => number): void =>
    add(`everport_balancer_target_${name}`, help, ['target_group', 'target'], () =>
      [...counters().targets].map(([key, of]) => {
        const slash = key.indexOf('/')
        return [{ target_group: key.slice(0, slash), target: key.slice(slash + 1) }, value(of)] as const
      }),
    )
  target('active_flows', 'Flows now', of => of.active)
  target('flows_total', 'Flows that began', of => of.opened)
  target('connect_failures_total', 'Connects that the target did not take', of => of.connectFailures)
  target('bytes_from_clients_total', 'Bytes to the target', of => of.bytesFromClients)
  target('bytes_from_target_total', 'Bytes from the target', of => of.bytesFromTarget)
  target('resets_by_target_total', 'Flows that the target reset', of => of.targetResets)
  target('resets_by_balancer_total', 'Flows that the balancer reset', of => of.balancerResets)
  add(
    'everport_balancer_target_state',
    '1 for the state that a target is in',
    ['target_group', 'target', 'state'],
    () => {
      const names = new Map(snapshot().targetGroups.map(group => [group.arn, group.name]))
      return observed().map(({ TargetGroupArn, Target, TargetHealth }) => [
        {
          target_group: names.get(TargetGroupArn) ?? '',
          target: `${Target.Id}:${Target.Port}`,
          state: TargetHealth.State,
        },
        1,
      ])
    },
  )
}
