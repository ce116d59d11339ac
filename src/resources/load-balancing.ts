import type {
  Listener as ClassicListener,
  HealthCheck,
  LoadBalancerAttributes,
} from '@aws-sdk/client-elastic-load-balancing'
import type {
  Listener,
  LoadBalancer,
  Rule,
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
  /** ISO 8601. Absent for those of a topology file. */
  readonly CreatedAt?: string
  /** Of a Classic load balancer, which its own API alone knows. Its `Type` is 'network', and its listeners' protocols say what they take. */
  readonly Classic?: ClassicSettings
}

/** What a Classic load balancer is, in the words of its API. Its listener, target group and target documents follow from these. */
export interface ClassicSettings {
  readonly Listeners: readonly With<
    ClassicListener,
    'Protocol' | 'LoadBalancerPort' | 'InstanceProtocol' | 'InstancePort'
  >[]
  readonly HealthCheck: With<HealthCheck, keyof HealthCheck>
  /** Ids of those that are registered. */
  readonly Instances: readonly string[]
  readonly Attributes: With<
    LoadBalancerAttributes,
    'CrossZoneLoadBalancing' | 'ConnectionDraining' | 'ConnectionSettings' | 'AdditionalAttributes'
  >
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
  /** ARNs of what AddListenerCertificates added; the default certificate stands in `Listener.Certificates`. */
  readonly AdditionalCertificates?: readonly string[]
}

/** Under `elbv2/rule/<load balancer name>/<port>/<id>`; the id ends the ARN. The default rule is the listener's own DefaultActions. */
export interface RuleDocument {
  readonly Rule: With<Rule, 'RuleArn' | 'Priority' | 'Conditions' | 'Actions'>
}

/** Under `elbv2/target/<target group name>/<target id>:<port>`. While it drains, `DeregisteredAt` (ISO 8601) is set. */
export interface TargetDocument {
  readonly Target: With<TargetDescription, 'Id' | 'Port'>
  readonly DeregisteredAt?: string
  /** Beyond AWS: its share of new flows among the targets of its group, 0 … 999. Absent: the instance's tag `everport.weight`, else 1. */
  readonly Weight?: number
}

/** What a balancer sees of one target, in the words of DescribeTargetHealth. */
export interface ObservedTarget {
  readonly TargetGroupArn: string
  readonly Target: { readonly Id: string; readonly Port: number; readonly AvailabilityZone: string }
  readonly TargetHealth: With<TargetHealth, 'State'>
  /** What the last probe or connect showed, in words. */
  readonly Evidence: string
  /** Of its share of new flows, while it starts slowly. */
  readonly SharePercent?: number
}

export const loadBalancerKey = (name: string): string => `elbv2/load-balancer/${name}`
export const targetGroupKey = (name: string): string => `elbv2/target-group/${name}`
export const listenerKey = (loadBalancer: string, port: number): string =>
  `elbv2/listener/${loadBalancer}/${port}`
export const ruleKey = (loadBalancer: string, port: number, id: string): string =>
  `elbv2/rule/${loadBalancer}/${port}/${id}`
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
  /** 'sql' with HealthCheckProtocol TCP: log in over the PostgreSQL wire and run a query, instead of only connecting. */
  probe: 'everport.health_check.probe',
  sqlUser: 'everport.health_check.sql.user',
  /** Absolute path, on every machine with a balancer, of a file whose first line is the password; empty or absent: none. */
  sqlPasswordFile: 'everport.health_check.sql.password_file',
  /** Absent: the user's name, as PostgreSQL's clients have it. */
  sqlDatabase: 'everport.health_check.sql.database',
  /** Default `select 1`. */
  sqlQuery: 'everport.health_check.sql.query',
  /** What the first column of the first row must be; absent: any answer will do. */
  sqlExpect: 'everport.health_check.sql.expect',
} as const

/** Beyond AWS, on a target group. Absent: AWS's behaviour. */
export const balancingAttributes = {
  /** ALB's `slow_start.duration_seconds`, which AWS does not have for network load balancers, in milliseconds: 0 … 900,000. */
  slowStartMilliseconds: 'everport.slow_start.duration_milliseconds',
  /** Flows of one target that are reset a second when it turns unhealthy or its deregistration delay is over: 1 … 100,000. Absent: all at once. */
  terminationsPerSecond: 'everport.connection_termination.per_second',
  /** How much of a group's healthy targets health checks may take out in a minute: 1 … 100. Absent: all. */
  removalPercentPerMinute: 'everport.health_check.removal.percent_per_minute',
} as const

/** What moves the packets of a load balancer; 'auto' is what the machine and the addresses are best served by. */
export type EngineWish = 'auto' | 'userspace' | 'kernel'

/** Beyond AWS, on a load balancer: an EngineWish. Absent, or anything else: 'auto'. Read when a balancer starts. */
export const engineAttribute = 'everport.engine'

export function engineWish(attributes: Attributes): EngineWish {
  const wish = attributes[engineAttribute]
  return wish === 'userspace' || wish === 'kernel' ? wish : 'auto'
}

/** How many processes beside its own a balancer takes connections with; 'auto': as many as pay, when they are needed. */
export type WorkersWish = 'auto' | number
export const workersMax = 32

/** Beyond AWS, on a load balancer: 0 … 32. Absent, or anything else: 'auto'. Read when a balancer starts. */
export const workersAttribute = 'everport.workers'

export function workersWish(attributes: Attributes): WorkersWish {
  const wish = attributes[workersAttribute]
  return wish !== undefined && /^\d{1,2}$/.test(wish) && Number(wish) <= workersMax ? Number(wish) : 'auto'
}

/**
 * Which flows are told one by one when they end: 'on', each, at most 5,000 a second; 'sample', 100 a second; 'off', none. Of what is not told
 * the number is, but for 'off'.
 */
export type FlowLogWish = 'on' | 'sample' | 'off'
export const flowLogWishes: readonly FlowLogWish[] = ['sample', 'on', 'off']

/** Beyond AWS, on a load balancer: a FlowLogWish. Absent, or anything else: 'sample'. */
export const flowLogAttribute = 'everport.flow_log'

export function flowLogWish(attributes: Attributes): FlowLogWish {
  return flowLogWishes.find(wish => wish === attributes[flowLogAttribute]) ?? 'sample'
}

/** Beyond AWS, a tag of an instance: what `Weight` is for each of its registrations. */
export const targetWeightTag = 'everport.weight'
