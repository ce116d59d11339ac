import type {
  BalancerSnapshot,
  ListenerSnapshot,
  TargetGroupSnapshot,
  TargetSnapshot,
} from '../balancer/selection/balancer-snapshot.ts'

/** Parts of a balancer's snapshot for tests, with AWS's defaults and quick health checks; `also` overrules. */
export function listenerPart(port: number, also: Partial<ListenerSnapshot> = {}): ListenerSnapshot {
  return {
    port,
    protocol: 'TCP',
    idleTimeoutMs: 350_000,
    udpIdleTimeoutMs: 120_000,
    forward: [{ targetGroup: 'tg', weight: 1 }],
    isGroupSticky: false,
    ...also,
  }
}

export function groupPart(
  targets: readonly TargetSnapshot[],
  also: Partial<TargetGroupSnapshot> = {},
): TargetGroupSnapshot {
  return {
    name: 'tg',
    arn: 'arn:tg',
    protocol: 'TCP',
    health: {
      protocol: 'TCP',
      port: 'traffic-port',
      path: '/',
      matcher: [[200, 399]],
      intervalMs: 250,
      timeoutMs: 500,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      immediateReprobe: true,
      passive: true,
    },
    probeHost: '127.0.1.1:1',
    crossZone: false,
    isSticky: false,
    preservesClientIp: false,
    proxyProtocol: false,
    slowStartMs: 0,
    resetsWhenUnhealthy: true,
    unhealthyDrainingMs: 0,
    deregistrationDelayMs: 300_000,
    resetsAfterDeregistration: false,
    resetsPerSecond: undefined,
    healthyCountMin: 1,
    healthyPercentMin: 0,
    removalPercentPerMinute: undefined,
    targets,
    ...also,
  }
}

export function targetPart(id: string, also: Partial<TargetSnapshot> = {}): TargetSnapshot {
  return {
    key: `tg/${id}`,
    id,
    address: '127.0.0.1',
    port: 1,
    zone: 'a',
    weight: 1,
    deregistering: false,
    ...also,
  }
}

export function snapshotPart(
  listeners: readonly ListenerSnapshot[],
  targetGroups: readonly TargetGroupSnapshot[],
  also: Partial<BalancerSnapshot> = {},
): BalancerSnapshot {
  return {
    revision: 1,
    loadBalancer: 'lb',
    zone: 'a',
    address: '127.0.0.1',
    flowLog: 'sample',
    listeners,
    targetGroups,
    ...also,
  }
}
