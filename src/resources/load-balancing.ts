import type {
  Listener,
  LoadBalancer,
  TargetDescription,
  TargetGroup,
  TargetHealth,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/** AWS attributes (facts of the ELBv2 API: string keys and string values), and ours, whose keys begin with `everport.`. */
export type Attributes = Readonly<Record<string, string>>

type With<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]-?: NonNullable<T[P]> }

/** Under `elbv2/load-balancer/<name>`. */
export interface LoadBalancerDocument {
  readonly LoadBalancer: With<
    LoadBalancer,
    | 'LoadBalancerArn'
    | 'LoadBalancerName'
    | 'DNSName'
    | 'CanonicalHostedZoneId'
    | 'Type'
    | 'AvailabilityZones'
  >
  readonly Attributes: Attributes
}

/** Under `elbv2/target-group/<name>`. */
export interface TargetGroupDocument {
  readonly TargetGroup: With<
    TargetGroup,
    'TargetGroupArn' | 'TargetGroupName' | 'Protocol' | 'Port' | 'LoadBalancerArns' | 'HealthCheckProtocol'
  >
  readonly Attributes: Attributes
}

/** Under `elbv2/listener/<load balancer name>/<port>`. */
export interface ListenerDocument {
  readonly Listener: With<
    Listener,
    'ListenerArn' | 'LoadBalancerArn' | 'Port' | 'Protocol' | 'DefaultActions'
  >
  readonly Attributes: Attributes
}

/** Under `elbv2/target/<target group name>/<target id>:<port>`. While it drains, `DeregisteredAt` (ISO 8601) is set. */
export interface TargetDocument {
  readonly Target: With<TargetDescription, 'Id' | 'Port'>
  readonly DeregisteredAt?: string
}

/** What a balancer sees of one target, in the words of DescribeTargetHealth. */
export interface ObservedTarget {
  readonly TargetGroupArn: string
  readonly Target: { readonly Id: string; readonly Port: number; readonly AvailabilityZone: string }
  readonly TargetHealth: With<TargetHealth, 'State'>
  /** What the last probe or connect showed, in words. */
  readonly Evidence: string
}

export const loadBalancerKey = (name: string): string => `elbv2/load-balancer/${name}`
export const targetGroupKey = (name: string): string => `elbv2/target-group/${name}`
export const listenerKey = (loadBalancer: string, port: number): string =>
  `elbv2/listener/${loadBalancer}/${port}`
export const targetKey = (targetGroup: string, id: string, port: number): string =>
  `elbv2/target/${targetGroup}/${id}:${port}`

/**
 * Attributes beyond AWS's, with the AWS field each refines. Absent: AWS's behaviour.
 * On a target group.
 */
export const healthCheckAttributes = {
  /** Instead of HealthCheckIntervalSeconds (5 … 300 s): 100 … 300,000 ms. */
  intervalMilliseconds: 'everport.health_check.interval_milliseconds',
  /** Instead of HealthCheckTimeoutSeconds: 50 … 120,000 ms. */
  timeoutMilliseconds: 'everport.health_check.timeout_milliseconds',
  /** 'true': after the first failure of a healthy target, probe again at once instead of an interval later. */
  immediateReprobe: 'everport.health_check.immediate_reprobe.enabled',
  /** 'true': a refused or reset connect of a client's connection makes the target unhealthy at once. */
  passive: 'everport.health_check.passive.enabled',
} as const
