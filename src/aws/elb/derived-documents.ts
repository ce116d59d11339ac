import {
  type Attributes,
  type ListenerDocument,
  listenerKey,
  type TargetDocument,
  type TargetGroupDocument,
  targetGroupKey,
  targetKey,
} from '../../resources/load-balancing.ts'
import type { ClassicDocument } from './classic-balancer.ts'
import { parseHealthTarget } from './health-target.ts'

type ClassicListener = ClassicDocument['Classic']['Listeners'][number]

/** How the balancers' listeners and target groups call what Classic load balancers call so. */
const protocols: Readonly<Record<string, string>> = { TCP: 'TCP', SSL: 'TLS', HTTP: 'HTTP', HTTPS: 'HTTPS' }

/** Under which a Classic load balancer's documents are, and nobody else's: no other name has a dot. */
export const derivedPrefixes = (name: string): readonly string[] => [
  `elbv2/listener/${name}/`,
  targetGroupKey(`${name}.`),
  targetPrefixOf(name),
]

export const targetPrefixOf = (name: string): string => `elbv2/target/${name}.`

/**
 * What the balancers run of a Classic load balancer: a listener for each of its own, a target group for each protocol and port of instances,
 * and every instance in every group. By document key.
 */
export function derivedDocuments(document: ClassicDocument): Map<string, object> {
  const { LoadBalancer: balancer, Classic: classic } = document
  const { LoadBalancerName: name } = balancer
  const derived = new Map<string, object>()
  for (const listener of classic.Listeners) {
    derived.set(listenerKey(name, listener.LoadBalancerPort), listenerDocument(document, listener))
    const group = groupName(name, listener)
    derived.set(targetGroupKey(group), groupDocument(document, listener))
    for (const Id of classic.Instances) {
      const target: TargetDocument = { Target: { Id, Port: listener.InstancePort } }
      derived.set(targetKey(group, Id, listener.InstancePort), target)
    }
  }
  return derived
}

/** Of the load balancer's document, as the engines read them. */
export function balancerAttributes({ Attributes }: ClassicDocument['Classic']): Attributes {
  return {
    'load_balancing.cross_zone.enabled': String(Attributes.CrossZoneLoadBalancing.Enabled),
    'idle_timeout.timeout_seconds': String(Attributes.ConnectionSettings.IdleTimeout),
    // A Classic load balancer speaks HTTP/1.1 alone.
    'routing.http2.enabled': 'false',
  }
}

const groupName = (balancer: string, { InstanceProtocol, InstancePort }: ClassicListener): string =>
  `${balancer}.${InstanceProtocol}.${InstancePort}`

const groupArn = ({ LoadBalancer }: ClassicDocument, group: string): string =>
  LoadBalancer.LoadBalancerArn.replace(/:loadbalancer\/.*$/, `:targetgroup/${group}`)

function listenerDocument(document: ClassicDocument, listener: ClassicListener): ListenerDocument {
  const { LoadBalancerArn, LoadBalancerName } = document.LoadBalancer
  const { LoadBalancerPort, SSLCertificateId } = listener
  return {
    Listener: {
      ListenerArn: `${LoadBalancerArn.replace(':loadbalancer/', ':listener/')}/${LoadBalancerPort}`,
      LoadBalancerArn,
      Port: LoadBalancerPort,
      Protocol: (protocols[listener.Protocol] ?? 'TCP') as ListenerDocument['Listener']['Protocol'],
      ...(SSLCertificateId === undefined
        ? {}
        : { Certificates: [{ CertificateArn: SSLCertificateId }], SslPolicy: 'ELBSecurityPolicy-2016-08' }),
      DefaultActions: [
        { Type: 'forward', TargetGroupArn: groupArn(document, groupName(LoadBalancerName, listener)) },
      ],
    },
    Attributes: {
      'tcp.idle_timeout.seconds': String(document.Classic.Attributes.ConnectionSettings.IdleTimeout),
    },
  }
}

function groupDocument(document: ClassicDocument, listener: ClassicListener): TargetGroupDocument {
  const { LoadBalancer: balancer, Classic: classic } = document
  const { Target, Interval, Timeout, HealthyThreshold, UnhealthyThreshold } = classic.HealthCheck
  const check = parseHealthTarget(Target)
  const name = groupName(balancer.LoadBalancerName, listener)
  const { Enabled: isDraining, Timeout: drainingSeconds = 300 } = classic.Attributes.ConnectionDraining
  return {
    TargetGroup: {
      TargetGroupArn: groupArn(document, name),
      TargetGroupName: name,
      Protocol: (protocols[listener.InstanceProtocol] ??
        'TCP') as TargetGroupDocument['TargetGroup']['Protocol'],
      Port: listener.InstancePort,
      ...(balancer.VpcId === undefined ? {} : { VpcId: balancer.VpcId }),
      TargetType: 'instance',
      IpAddressType: 'ipv4',
      LoadBalancerArns: [balancer.LoadBalancerArn],
      HealthCheckEnabled: true,
      HealthCheckProtocol: check.protocol,
      HealthCheckPort: String(check.port),
      HealthCheckIntervalSeconds: Interval,
      HealthCheckTimeoutSeconds: Timeout,
      HealthyThresholdCount: HealthyThreshold,
      UnhealthyThresholdCount: UnhealthyThreshold,
      ...(check.path === undefined ? {} : { HealthCheckPath: check.path, Matcher: { HttpCode: '200' } }),
    },
    Attributes: {
      // Classic guide, "How Elastic Load Balancing works": least outstanding requests for HTTP, round robin for TCP.
      'load_balancing.algorithm.type': 'least_outstanding_requests',
      'preserve_client_ip.enabled': 'false',
      // Without draining, connections to an instance that is deregistered end at once; with it, at its end.
      'deregistration_delay.timeout_seconds': isDraining ? String(drainingSeconds) : '0',
      'deregistration_delay.connection_termination.enabled': 'true',
      'target_health_state.unhealthy.connection_termination.enabled': 'false',
    },
  }
}
