import { healthSettings } from '../../health/settings.ts'
import {
  type Attributes,
  balancingAttributes,
  type LoadBalancerDocument,
  type TargetDocument,
  type TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'
import { numberAttribute, truthAttribute } from './attribute-values.ts'
import type { TargetGroupSnapshot } from './balancer-snapshot.ts'
import type { MayReach } from './egress-rules.ts'
import { httpGroupSnapshot } from './rules/http-snapshot.ts'
import { targetSnapshot } from './target-snapshot.ts'

export interface GroupSurroundings {
  readonly loadBalancer: LoadBalancerDocument | undefined
  readonly probeHost: string
  /** A listener forwards to it. */
  readonly inUse: boolean
  readonly mayReach: MayReach
}

const deregistrationSecondsDefault = 300
const slowStartMsMax = 900_000

export function targetGroupSnapshot(
  store: Snapshot,
  document: TargetGroupDocument,
  around: GroupSurroundings,
): TargetGroupSnapshot {
  const { TargetGroup: group, Attributes: attributes } = document
  const { TargetGroupName: name, Protocol: protocol, TargetType: type = 'instance' } = group
  const routing = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets'
  const isUdp = protocol === 'UDP' || protocol === 'TCP_UDP'
  const health = healthSettings(document)
  const isTcp = protocol !== 'UDP'
  return {
    name,
    arn: group.TargetGroupArn,
    protocol,
    health,
    probeHost: around.probeHost,
    crossZone: isCrossZone(attributes, around.loadBalancer),
    isSticky: truthAttribute(attributes, 'stickiness.enabled', false),
    // AWS: with UDP it cannot be turned off; by default it is on for instances and off for addresses.
    preservesClientIp: isUdp || truthAttribute(attributes, 'preserve_client_ip.enabled', type === 'instance'),
    proxyProtocol: truthAttribute(attributes, 'proxy_protocol_v2.enabled', false),
    slowStartMs: slowStart(attributes),
    // AWS: cannot be enabled with UDP.
    resetsWhenUnhealthy:
      !isUdp &&
      truthAttribute(attributes, 'target_health_state.unhealthy.connection_termination.enabled', true),
    unhealthyDrainingMs:
      numberAttribute(attributes, 'target_health_state.unhealthy.draining_interval_seconds', 0) * 1_000,
    deregistrationDelayMs:
      numberAttribute(attributes, 'deregistration_delay.timeout_seconds', deregistrationSecondsDefault) *
      1_000,
    resetsAfterDeregistration: truthAttribute(
      attributes,
      'deregistration_delay.connection_termination.enabled',
      isUdp,
    ),
    resetsPerSecond: atLeastOne(attributes, balancingAttributes.terminationsPerSecond),
    healthyCountMin: numberAttribute(attributes, `${routing}.count`, 1),
    healthyPercentMin: numberAttribute(attributes, `${routing}.percentage`, 0),
    removalPercentPerMinute: atLeastOne(attributes, balancingAttributes.removalPercentPerMinute),
    ...(protocol === 'HTTP' || protocol === 'HTTPS' ? { http: httpGroupSnapshot(document) } : {}),
    targets: store
      .list<TargetDocument>(`elbv2/target/${name}/`)
      .map(target =>
        targetSnapshot(store, target.value, {
          ...around,
          groupName: name,
          type,
          isTcp,
          isUdp,
          probePort: health.port,
        }),
      )
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  }
}

function slowStart(attributes: Attributes): number {
  const seconds = numberAttribute(attributes, 'slow_start.duration_seconds', 0)
  return Math.min(
    slowStartMsMax,
    numberAttribute(attributes, balancingAttributes.slowStartMilliseconds, seconds * 1_000),
  )
}

function atLeastOne(attributes: Attributes, key: string): number | undefined {
  const value = numberAttribute(attributes, key, 0)
  return value === 0 ? undefined : value
}

/**
 * The target group decides, unless it leaves that to the load balancer, whose default is off (AWS: of network load balancers; with an
 * application load balancer it is on).
 */
function isCrossZone(group: Attributes, loadBalancer: LoadBalancerDocument | undefined): boolean {
  const key = 'load_balancing.cross_zone.enabled'
  const own = group[key] ?? 'use_load_balancer_configuration'
  if (own !== 'use_load_balancer_configuration') return own === 'true'
  return loadBalancer?.LoadBalancer.Type === 'application' || loadBalancer?.Attributes[key] === 'true'
}
