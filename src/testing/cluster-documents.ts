import type { InstanceDocument } from '../resources/instances.ts'
import {
  type ListenerDocument,
  type LoadBalancerDocument,
  listenerKey,
  loadBalancerKey,
  type TargetDocument,
  type TargetGroupDocument,
  targetGroupKey,
  targetKey,
} from '../resources/load-balancing.ts'
import { plainPorts, protocolBounds } from './node-settings.ts'

export interface ClusterShape {
  readonly name: string
  /** By zone: the balancer's address, and those of the nodes. */
  readonly zones: Readonly<Record<string, { readonly balancer: string; readonly nodes: readonly string[] }>>
  readonly ports: { readonly odbc: number; readonly web: number }
}

const activeCluster: ClusterShape = {
  name: 'active',
  zones: {
    a: { balancer: '127.0.1.1', nodes: ['127.0.1.11'] },
    b: { balancer: '127.0.1.2', nodes: ['127.0.1.21'] },
  },
  ports: { odbc: 9996, web: 9090 },
}

/**
 * The resource documents of one cluster, by key: for tests. Instances are `i-<zone>`, then `i-<zone>-2` and so on; target groups
 * `<name>-odbc` and `<name>-web`, both checked by GET /health/ready on the web port.
 */
export function clusterDocuments(shape: ClusterShape = activeCluster): Record<string, object> {
  const { name, zones, ports } = shape
  const documents: Record<string, object> = {
    [loadBalancerKey(name)]: {
      LoadBalancer: {
        LoadBalancerArn: `arn:${name}`,
        LoadBalancerName: name,
        DNSName: `${name}.elb.demo.test`,
        CanonicalHostedZoneId: 'Z1',
        Type: 'network',
        AvailabilityZones: Object.entries(zones).map(([zone, { balancer }]) => ({
          ZoneName: zone,
          LoadBalancerAddresses: [{ IpAddress: balancer }],
        })),
      },
      Attributes: {},
    } satisfies LoadBalancerDocument,
  }
  for (const [kind, port] of Object.entries(ports)) {
    const group = `${name}-${kind}`
    documents[targetGroupKey(group)] = {
      TargetGroup: {
        TargetGroupArn: `arn:${group}`,
        TargetGroupName: group,
        TargetType: 'instance',
        Protocol: 'TCP',
        Port: port,
        LoadBalancerArns: [`arn:${name}`],
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: String(ports.web),
        HealthCheckPath: '/health/ready',
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      },
      Attributes: {
        'everport.health_check.interval_milliseconds': '250',
        'everport.health_check.timeout_milliseconds': '500',
        'everport.health_check.immediate_reprobe.enabled': 'true',
        'everport.health_check.passive.enabled': 'true',
      },
    } satisfies TargetGroupDocument
    documents[listenerKey(name, port)] = {
      Listener: {
        ListenerArn: `arn:${name}:${port}`,
        LoadBalancerArn: `arn:${name}`,
        Port: port,
        Protocol: 'TCP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: `arn:${group}` }],
      },
      Attributes: {},
    } satisfies ListenerDocument
  }
  for (const [zone, { nodes }] of Object.entries(zones)) {
    for (const [i, address] of nodes.entries()) {
      const id = i === 0 ? `i-${zone}` : `i-${zone}-${i + 1}`
      documents[`ec2/instance/${id}`] = instance(shape, id, zone, i + 1, address)
      for (const [kind, port] of Object.entries(ports))
        documents[targetKey(`${name}-${kind}`, id, port)] = {
          Target: { Id: id, Port: port },
        } satisfies TargetDocument
    }
  }
  return documents
}

function instance(
  { name, ports }: ClusterShape,
  id: string,
  zone: string,
  number: number,
  address: string,
): InstanceDocument {
  return {
    Instance: { InstanceId: id, PrivateIpAddress: address, Placement: { AvailabilityZone: zone } },
    DesiredState: 'running',
    UserData: {
      name: `${name}-${zone}-${number}`,
      cluster: name,
      availabilityZone: zone,
      address,
      ports: { runtime: 9999, auxiliary: 19_997, ...ports },
      advertisedHost: `${name}.elb.demo.test`,
      database: 'demo',
      catalogFile: '/nowhere/catalog.sql',
      limits: { connectionsMax: 100, memoryLimitMegabytes: 512, drainTimeoutMs: 1_000 },
      tls: plainPorts,
      protocol: protocolBounds,
    },
  }
}
