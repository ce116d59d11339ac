import { resolve } from 'node:path'
import { EverportError } from '../base/errors.ts'
import { balancerZoneId } from '../resources/dns.ts'
import {
  type Attributes,
  engineAttribute,
  flowLogAttribute,
  healthCheckAttributes,
  type ListenerDocument,
  type LoadBalancerDocument,
  listenerKey,
  loadBalancerKey,
  type TargetDocument,
  type TargetGroupDocument,
  targetGroupKey,
  targetKey,
  workersAttribute,
} from '../resources/load-balancing.ts'
import { type DesiredDocument, desired } from './desired-document.ts'
import { defaultSubnetId, defaultVpcId, elbArn, hexId, instanceId } from './resource-ids.ts'
import type { Cluster, HealthCheck, Topology, TopologyNode } from './topology.ts'

/** A port of the balancer, and the nodes it leads to on the same port. */
interface Service {
  readonly name: string
  readonly port: number
  readonly nodes: readonly TopologyNode[]
  /** What differs from AWS's defaults. */
  readonly attributes?: Attributes
}

/**
 * What the balancer of a cluster serves: shared groups that hold every node, and for each auxiliary port a group that holds exactly the
 * node it belongs to, so that a client which was told that port on the runtime port reaches the node that told it.
 */
function servicesOf({ ports }: Topology, { zones }: Cluster): Service[] {
  const nodes = zones.flatMap(zone => zone.nodes)
  return [
    { name: 'runtime', port: ports.runtime, nodes },
    { name: 'odbc', port: ports.odbc, nodes },
    { name: 'web', port: ports.web, nodes },
    ...nodes.map(node => ({
      name: `aux-${node.auxiliaryPort}`,
      port: node.auxiliaryPort,
      nodes: [node],
      attributes: auxiliaryAttributes,
    })),
  ]
}

/**
 * One node is in one zone: clients of every zone must reach it, and its death says nothing about a zone, whose other nodes go on. With
 * AWS's defaults DNS would take the zone out, and with one node a zone the cluster, when a single node dies.
 */
export const auxiliaryAttributes: Attributes = {
  'load_balancing.cross_zone.enabled': 'true',
  'target_group_health.dns_failover.minimum_healthy_targets.count': 'off',
}

export const balancerDnsName = (cluster: string, domain: string): string => `${cluster}.elb.${domain}`

/** The load balancer of one cluster with its target groups, listeners and targets. */
export function desiredBalancing(
  topology: Topology,
  cluster: Cluster,
  passwordFolder: string | undefined,
): DesiredDocument[] {
  return [
    loadBalancer(topology, cluster),
    ...servicesOf(topology, cluster).flatMap(service => [
      targetGroup(topology, cluster, service, passwordFolder),
      listener(topology, cluster, service),
      ...service.nodes.map(node => target(topology, cluster, service, node)),
    ]),
  ]
}

function loadBalancer(
  topology: Topology,
  { name, zones, engine, workers, flowLog }: Cluster,
): DesiredDocument {
  return desired<LoadBalancerDocument>(loadBalancerKey(name), {
    LoadBalancer: {
      LoadBalancerArn: loadBalancerArn(topology, name),
      LoadBalancerName: name,
      DNSName: balancerDnsName(name, topology.domain),
      CanonicalHostedZoneId: balancerZoneId,
      Type: 'network',
      Scheme: 'internet-facing',
      IpAddressType: 'ipv4',
      VpcId: defaultVpcId(topology.region),
      State: { Code: 'active' },
      AvailabilityZones: zones.map(zone => ({
        ZoneName: zone.name,
        SubnetId: defaultSubnetId(topology.region, zone.name),
        LoadBalancerAddresses: [{ IpAddress: zone.balancerAddress }],
      })),
    },
    Attributes: {
      ...loadBalancerAttributes,
      ...(engine === 'auto' ? {} : { [engineAttribute]: engine }),
      ...(workers === 'auto' ? {} : { [workersAttribute]: String(workers) }),
      ...(flowLog === 'sample' ? {} : { [flowLogAttribute]: flowLog }),
    },
  })
}

function targetGroup(
  topology: Topology,
  cluster: Cluster,
  service: Service,
  passwordFolder: string | undefined,
): DesiredDocument {
  const name = targetGroupName(cluster, service)
  return desired<TargetGroupDocument>(targetGroupKey(name), {
    TargetGroup: {
      TargetGroupArn: targetGroupArn(topology, name),
      TargetGroupName: name,
      Protocol: 'TCP',
      Port: service.port,
      VpcId: defaultVpcId(topology.region),
      TargetType: 'instance',
      IpAddressType: 'ipv4',
      LoadBalancerArns: [loadBalancerArn(topology, cluster.name)],
      ...healthCheckFields(topology.healthCheck),
    },
    Attributes: {
      ...targetGroupAttributes,
      ...service.attributes,
      ...healthCheckRefinements(topology.healthCheck, passwordFolder),
    },
  })
}

function listener(topology: Topology, cluster: Cluster, service: Service): DesiredDocument {
  const TargetGroupArn = targetGroupArn(topology, targetGroupName(cluster, service))
  const id = hexId(topology.name, 'listener', `${cluster.name}/${service.port}`, 16)
  return desired<ListenerDocument>(listenerKey(cluster.name, service.port), {
    Listener: {
      ListenerArn: elbArn(topology.region, `listener/${loadBalancerPath(topology, cluster.name)}/${id}`),
      LoadBalancerArn: loadBalancerArn(topology, cluster.name),
      Port: service.port,
      Protocol: 'TCP',
      DefaultActions: [
        {
          Type: 'forward',
          Order: 1,
          TargetGroupArn,
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn }],
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ],
    },
    Attributes: { 'tcp.idle_timeout.seconds': '350' },
  })
}

function target(topology: Topology, cluster: Cluster, service: Service, node: TopologyNode): DesiredDocument {
  const Id = instanceId(topology.name, node.name)
  return desired<TargetDocument>(targetKey(targetGroupName(cluster, service), Id, service.port), {
    Target: { Id, Port: service.port },
  })
}

function targetGroupName(cluster: Cluster, service: Service): string {
  return `${cluster.name}-${service.name}`
}

function loadBalancerPath({ name }: Topology, loadBalancerName: string): string {
  return `net/${loadBalancerName}/${hexId(name, 'load-balancer', loadBalancerName, 16)}`
}

function loadBalancerArn(topology: Topology, name: string): string {
  return elbArn(topology.region, `loadbalancer/${loadBalancerPath(topology, name)}`)
}

function targetGroupArn(topology: Topology, name: string): string {
  return elbArn(topology.region, `targetgroup/${name}/${hexId(topology.name, 'target-group', name, 16)}`)
}

/** AWS's fields hold what AWS allows: whole seconds, an interval of 5 … 300, a timeout of 2 … 120 and no longer than the interval. */
export function healthCheckFields(check: HealthCheck) {
  const interval = Math.min(300, Math.max(5, Math.ceil(check.intervalMs / 1_000)))
  const timeout = Math.min(120, interval, Math.max(2, Math.ceil(check.timeoutMs / 1_000)))
  return {
    HealthCheckEnabled: true,
    HealthCheckProtocol: check.protocol === 'http' ? ('HTTP' as const) : ('TCP' as const),
    HealthCheckPort: String(check.port),
    HealthCheckIntervalSeconds: interval,
    HealthCheckTimeoutSeconds: timeout,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    ...(check.path === undefined ? {} : { HealthCheckPath: check.path, Matcher: { HttpCode: '200-399' } }),
  }
}

/** `passwordFolder`: absolute; as `passwordFileOf` takes it. */
export function healthCheckRefinements(check: HealthCheck, passwordFolder: string | undefined): Attributes {
  return {
    [healthCheckAttributes.intervalMilliseconds]: String(check.intervalMs),
    [healthCheckAttributes.timeoutMilliseconds]: String(check.timeoutMs),
    [healthCheckAttributes.immediateReprobe]: String(check.immediateReprobe),
    [healthCheckAttributes.passive]: String(check.passive),
    ...sqlRefinements(check, passwordFolder),
  }
}

function sqlRefinements(check: HealthCheck, passwordFolder: string | undefined): Attributes {
  const { sql } = check
  if (sql === undefined) return {}
  return {
    [healthCheckAttributes.probe]: 'sql',
    [healthCheckAttributes.sqlUser]: sql.user,
    [healthCheckAttributes.sqlPasswordFile]: passwordFileOf(check, passwordFolder),
    [healthCheckAttributes.sqlDatabase]: sql.database,
    [healthCheckAttributes.sqlQuery]: sql.query,
    [healthCheckAttributes.sqlExpect]: sql.expect,
  }
}

/** Absolute, empty for none. An EverportError when the check needs a file and the folder is not known. */
export function passwordFileOf({ sql }: HealthCheck, passwordFolder: string | undefined): string {
  if (sql?.passwordFile === undefined) return ''
  if (passwordFolder !== undefined) return resolve(passwordFolder, sql.passwordFile)
  throw new EverportError(
    'invalid_input',
    `healthCheck.sql.passwordFile is ${sql.passwordFile}, and which folder that is in is not known here`,
    {
      detail: 'the folder in the state folder is known only to the agent that runs there',
      hint: 'name the folder in the topology file: healthCheck.passwordFolder',
    },
  )
}

/** AWS's defaults for a network load balancer. */
const loadBalancerAttributes: Attributes = {
  'access_logs.s3.bucket': '',
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.prefix': '',
  'deletion_protection.enabled': 'false',
  'dns_record.client_routing_policy': 'any_availability_zone',
  'ipv6.deny_all_igw_traffic': 'false',
  'load_balancing.cross_zone.enabled': 'false',
  'secondary_ips.auto_assigned.per_subnet': '0',
  'zonal_shift.config.enabled': 'false',
}

/** AWS's defaults for a TCP target group of instances behind a network load balancer. */
const targetGroupAttributes: Attributes = {
  'deregistration_delay.connection_termination.enabled': 'false',
  'deregistration_delay.timeout_seconds': '300',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'preserve_client_ip.enabled': 'true',
  'proxy_protocol_v2.enabled': 'false',
  'stickiness.enabled': 'false',
  'stickiness.type': 'source_ip',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
  'target_health_state.unhealthy.connection_termination.enabled': 'true',
  'target_health_state.unhealthy.draining_interval_seconds': '0',
}
