import { type HealthSettings, healthSettings } from '../../health/settings.ts'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import {
  type Attributes,
  type ListenerDocument,
  type LoadBalancerDocument,
  loadBalancerKey,
  type TargetDocument,
  type TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import { nodeRoleName } from '../../resources/roles.ts'
import type { Revision, Snapshot } from '../../store/store.ts'
import type { TargetState } from './target-state.ts'

/** Everything one balancer, that of one load balancer in one zone, works by. Frozen. */
export interface BalancerSnapshot {
  readonly revision: Revision
  readonly loadBalancer: string
  readonly zone: string
  /** Undefined when the load balancer is gone or not in this zone: then there are no listeners. */
  readonly address: string | undefined
  readonly listeners: readonly ListenerSnapshot[]
  /** Those that a listener forwards to, and those that only name this load balancer. */
  readonly targetGroups: readonly TargetGroupSnapshot[]
}

export interface ListenerSnapshot {
  readonly port: number
  readonly protocol: string
  readonly idleTimeoutMs: number
  readonly forward: readonly ForwardSnapshot[]
}

export interface ForwardSnapshot {
  readonly targetGroup: string
  /** AWS: 0 … 999; 0 takes no new flows. */
  readonly weight: number
}

export interface TargetGroupSnapshot {
  readonly name: string
  readonly arn: string
  readonly health: HealthSettings
  /** Host header of HTTP checks: AWS names the balancer's address and listener port. */
  readonly probeHost: string
  readonly crossZone: boolean
  readonly resetsWhenUnhealthy: boolean
  readonly unhealthyDrainingMs: number
  readonly deregistrationDelayMs: number
  /** Whether flows that are left at the end of the delay are reset. AWS's default for TCP: they go on. */
  readonly resetsAfterDeregistration: boolean
  /** Below either, the zone routes to all of its targets, healthy or not. */
  readonly healthyCountMin: number
  readonly healthyPercentMin: number
  /** In order of `key`. */
  readonly targets: readonly TargetSnapshot[]
}

export interface TargetSnapshot {
  /** `<target group>/<id>:<port>`: one for each registration. */
  readonly key: string
  readonly id: string
  readonly address: string
  readonly port: number
  /** 'all': every zone's own (AWS: for addresses outside the network). */
  readonly zone: string
  readonly deregistering: boolean
  /** Registered, but nothing can be sent to it. */
  readonly unusable?: TargetState
  /** Role name of the supervised process behind it. */
  readonly process?: string
}

/** AWS: `tcp.idle_timeout.seconds` of a listener, 60 … 6000. */
const idleTimeoutSecondsDefault = 350
const deregistrationSecondsDefault = 300

/** Derives what a balancer works by from the resource documents. Total: what does not fit together is left out or unusable. */
export function balancerSnapshot(store: Snapshot, loadBalancer: string, zone: string): BalancerSnapshot {
  const found = store.get<LoadBalancerDocument>(loadBalancerKey(loadBalancer))?.value
  const zones = (found?.LoadBalancer.AvailabilityZones ?? []).map(entry => entry.ZoneName ?? '')
  const own = found?.LoadBalancer.AvailabilityZones.find(entry => entry.ZoneName === zone)
  const address = own?.LoadBalancerAddresses?.[0]?.IpAddress
  const groups = store.list<TargetGroupDocument>('elbv2/target-group/').map(document => document.value)
  const nameOf = new Map(
    groups.map(group => [group.TargetGroup.TargetGroupArn, group.TargetGroup.TargetGroupName]),
  )
  const listeners =
    address === undefined
      ? []
      : store
          .list<ListenerDocument>(`elbv2/listener/${loadBalancer}/`)
          .map(document => listenerSnapshot(document.value, nameOf))
  const arn = found?.LoadBalancer.LoadBalancerArn ?? ''
  const targetGroups = groups.flatMap(group => {
    const { TargetGroupName: name, LoadBalancerArns: arns } = group.TargetGroup
    const listener = listeners.find(candidate => candidate.forward.some(to => to.targetGroup === name))
    if (listener === undefined && !arns.includes(arn)) return []
    const probeHost = `${address ?? ''}:${listener?.port ?? group.TargetGroup.Port}`
    return [
      targetGroupSnapshot(store, group, {
        loadBalancer: found,
        zones,
        probeHost,
        inUse: listener !== undefined,
      }),
    ]
  })
  return deepFreeze({ revision: store.revision, loadBalancer, zone, address, listeners, targetGroups })
}

function listenerSnapshot(
  { Listener: listener, Attributes: attributes }: ListenerDocument,
  nameOf: ReadonlyMap<string, string>,
): ListenerSnapshot {
  const action = listener.DefaultActions.find(candidate => candidate.Type === 'forward')
  const tuples = action?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action?.TargetGroupArn }]
  const forward = tuples.flatMap(tuple => {
    const name = nameOf.get(tuple.TargetGroupArn ?? '')
    return name === undefined ? [] : [{ targetGroup: name, weight: tuple.Weight ?? 1 }]
  })
  return {
    port: listener.Port,
    protocol: listener.Protocol,
    idleTimeoutMs: numberAttribute(attributes, 'tcp.idle_timeout.seconds', idleTimeoutSecondsDefault) * 1000,
    forward,
  }
}

interface GroupSurroundings {
  readonly loadBalancer: LoadBalancerDocument | undefined
  readonly zones: readonly string[]
  readonly probeHost: string
  readonly inUse: boolean
}

function targetGroupSnapshot(
  store: Snapshot,
  document: TargetGroupDocument,
  around: GroupSurroundings,
): TargetGroupSnapshot {
  const { TargetGroup: group, Attributes: attributes } = document
  const name = group.TargetGroupName
  const routing = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets'
  return {
    name,
    arn: group.TargetGroupArn,
    health: healthSettings(document),
    probeHost: around.probeHost,
    crossZone: isCrossZone(attributes, around.loadBalancer?.Attributes ?? {}),
    resetsWhenUnhealthy:
      attributes['target_health_state.unhealthy.connection_termination.enabled'] !== 'false',
    unhealthyDrainingMs:
      numberAttribute(attributes, 'target_health_state.unhealthy.draining_interval_seconds', 0) * 1000,
    deregistrationDelayMs:
      numberAttribute(attributes, 'deregistration_delay.timeout_seconds', deregistrationSecondsDefault) *
      1000,
    resetsAfterDeregistration: attributes['deregistration_delay.connection_termination.enabled'] === 'true',
    healthyCountMin: numberAttribute(attributes, `${routing}.count`, 1),
    healthyPercentMin: numberAttribute(attributes, `${routing}.percentage`, 0),
    targets: store
      .list<TargetDocument>(`elbv2/target/${name}/`)
      .map(target => targetSnapshot(store, target.value, name, group.TargetType ?? 'instance', around))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  }
}

function targetSnapshot(
  store: Snapshot,
  { Target: target, DeregisteredAt: deregisteredAt }: TargetDocument,
  groupName: string,
  type: string,
  { zones, inUse }: GroupSurroundings,
): TargetSnapshot {
  const instance =
    type === 'instance' ? store.get<InstanceDocument>(instanceKey(target.Id))?.value : undefined
  const zone = target.AvailabilityZone ?? instance?.Instance.Placement.AvailabilityZone ?? 'all'
  const isStopped = instance?.DesiredState === 'stopped'
  const isGone = type === 'instance' && instance === undefined
  const unusable =
    isGone || isStopped
      ? unused('Target.InvalidState', `Target is in the ${isGone ? 'terminated' : 'stopped'} state`)
      : !inUse
        ? unused(
            'Target.NotInUse',
            'Target group is not configured to receive traffic from the load balancer',
          )
        : zone !== 'all' && !zones.includes(zone)
          ? unused(
              'Target.NotInUse',
              'Target is in an Availability Zone that is not enabled for the load balancer',
            )
          : undefined
  return {
    key: `${groupName}/${target.Id}:${target.Port}`,
    id: target.Id,
    address: type === 'instance' ? (instance?.Instance.PrivateIpAddress ?? '') : target.Id,
    port: target.Port,
    zone,
    deregistering: deregisteredAt !== undefined,
    ...(unusable === undefined ? {} : { unusable }),
    ...(instance === undefined ? {} : { process: nodeRoleName(instance.UserData.name) }),
  }
}

function unused(reason: NonNullable<TargetState['reason']>, description: string): TargetState {
  return { state: 'unused', reason, description }
}

/** The target group decides, unless it leaves that to the load balancer, whose default is off (AWS: of network load balancers). */
function isCrossZone(group: Attributes, loadBalancer: Attributes): boolean {
  const key = 'load_balancing.cross_zone.enabled'
  const own = group[key] ?? 'use_load_balancer_configuration'
  return (own === 'use_load_balancer_configuration' ? loadBalancer[key] : own) === 'true'
}

/** A number of 0 or more; anything else, 'off' among it, is the default. */
function numberAttribute(attributes: Attributes, key: string, otherwise: number): number {
  const text = attributes[key]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
