import type { HealthSettings } from '../../health/settings.ts'
import {
  type FlowLogWish,
  flowLogWish,
  type LoadBalancerDocument,
  loadBalancerKey,
  type TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import type { Revision, Snapshot } from '../../store/store.ts'
import { egressRules } from './egress-rules.ts'
import { listenerSnapshots } from './listener-snapshot.ts'
import type { HttpGroupSnapshot, HttpListenerSnapshot } from './rules/http-snapshot.ts'
import type { SourceRules } from './source-rules.ts'
import { targetGroupSnapshot } from './target-group-snapshot.ts'
import type { TargetState } from './target-state.ts'
import type { TlsSnapshot } from './tls-snapshot.ts'

/** Everything one balancer, that of one load balancer in one zone, works by. Frozen. */
export interface BalancerSnapshot {
  readonly revision: Revision
  readonly loadBalancer: string
  readonly zone: string
  /** Undefined when the load balancer is gone or not in this zone: then there are no listeners. */
  readonly address: string | undefined
  /** Which flows are told when they have ended. */
  readonly flowLog: FlowLogWish
  readonly listeners: readonly ListenerSnapshot[]
  /** Those that a listener forwards to, and those that only name this load balancer. */
  readonly targetGroups: readonly TargetGroupSnapshot[]
}

export interface ListenerSnapshot {
  readonly port: number
  /** AWS's ProtocolEnum: TCP, UDP, TCP_UDP and TLS are a network load balancer's, HTTP and HTTPS an application load balancer's. */
  readonly protocol: string
  /** Of TCP flows, TLS among them. */
  readonly idleTimeoutMs: number
  /** Of UDP flows. */
  readonly udpIdleTimeoutMs: number
  readonly forward: readonly ForwardSnapshot[]
  /** AWS: TargetGroupStickinessConfig. Among several groups, a source address keeps its group. */
  readonly isGroupSticky: boolean
  /** Who may come, from the load balancer's security groups; absent: it has none, and everybody may. */
  readonly allowed?: SourceRules
  /** Of a TLS or HTTPS listener. */
  readonly tls?: TlsSnapshot
  /** Of an HTTP or HTTPS listener; `forward` then names every group of every rule. */
  readonly http?: HttpListenerSnapshot
}

export interface ForwardSnapshot {
  readonly targetGroup: string
  /** AWS: 0 … 999; 0 takes no new flows. */
  readonly weight: number
}

export interface TargetGroupSnapshot {
  readonly name: string
  readonly arn: string
  /** AWS's ProtocolEnum. TLS: a TLS listener encrypts anew towards the targets. */
  readonly protocol: string
  readonly health: HealthSettings
  /** Host header of HTTP checks: AWS names the balancer's address and listener port. */
  readonly probeHost: string
  readonly crossZone: boolean
  /** A source address keeps its target as long as the choice of targets stays. */
  readonly isSticky: boolean
  /** Targets see the client's address; only an engine that forwards packets can give it. */
  readonly preservesClientIp: boolean
  /** Connections to targets, health checks too, begin with a PROXY protocol header of version 2. */
  readonly proxyProtocol: boolean
  /** How long a target that turned healthy gets less than its share. 0: not at all. */
  readonly slowStartMs: number
  readonly resetsWhenUnhealthy: boolean
  readonly unhealthyDrainingMs: number
  readonly deregistrationDelayMs: number
  /** Whether flows that are left at the end of the delay are reset. AWS's default for TCP: they go on. */
  readonly resetsAfterDeregistration: boolean
  /** How many flows of one target are reset a second, by either of the two above. Undefined: all at once. */
  readonly resetsPerSecond: number | undefined
  /** Below either, the zone routes to all of its targets, healthy or not. */
  readonly healthyCountMin: number
  readonly healthyPercentMin: number
  /** How much of its healthy targets health checks may take out in a minute. Undefined: all. */
  readonly removalPercentPerMinute: number | undefined
  /** Of a group that is sent requests rather than connections. */
  readonly http?: HttpGroupSnapshot
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
  /** Its share among targets that are chosen from; 0 takes no new flows. */
  readonly weight: number
  readonly deregistering: boolean
  /** Registered, but nothing can be sent to it. */
  readonly unusable?: TargetState
  /** Why it is unusable, where AWS's words do not say it. */
  readonly obstacle?: string
  /** Role name of the supervised process behind it. */
  readonly process?: string
}

/** Derives what a balancer works by from the resource documents. Total: what does not fit together is left out or unusable. */
export function balancerSnapshot(store: Snapshot, loadBalancer: string, zone: string): BalancerSnapshot {
  const found = store.get<LoadBalancerDocument>(loadBalancerKey(loadBalancer))?.value
  const own = found?.LoadBalancer.AvailabilityZones.find(entry => entry.ZoneName === zone)
  const address = own?.LoadBalancerAddresses?.[0]?.IpAddress
  const groups = store.list<TargetGroupDocument>('elbv2/target-group/').map(document => document.value)
  const listeners = address === undefined ? [] : listenerSnapshots(store, found, groups)
  const arn = found?.LoadBalancer.LoadBalancerArn ?? ''
  const mayReach = egressRules(store, found?.LoadBalancer.SecurityGroups ?? [])
  const targetGroups = groups.flatMap(group => {
    const { TargetGroupName: name, LoadBalancerArns: arns } = group.TargetGroup
    const listener = listeners.find(candidate => candidate.forward.some(to => to.targetGroup === name))
    if (listener === undefined && !arns.includes(arn)) return []
    const probeHost = `${address ?? ''}:${listener?.port ?? group.TargetGroup.Port}`
    return [
      targetGroupSnapshot(store, group, {
        loadBalancer: found,
        probeHost,
        inUse: listener !== undefined,
        mayReach,
      }),
    ]
  })
  const flowLog = flowLogWish(found?.Attributes ?? {})
  return deepFreeze({
    revision: store.revision,
    loadBalancer,
    zone,
    address,
    flowLog,
    listeners,
    targetGroups,
  })
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
