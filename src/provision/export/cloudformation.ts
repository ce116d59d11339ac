import { userData } from '../user-data.ts'
import type { Wanted, WantedCluster, WantedGroup, WantedNode } from '../wanted.ts'
import type { ExportFacts } from './export-facts.ts'
import { awsHealthCheck } from './health-check.ts'

type Json = string | number | boolean | { readonly [key: string]: Json } | readonly Json[]

const hostMark = '@ADVERTISED_HOST@'

/** A CloudFormation template (format 2010-09-09) as a value; written as JSON it is a template, too. */
export function cloudFormationTemplate(wanted: Wanted, facts: ExportFacts): Json {
  const zones = [...new Set(wanted.clusters.flatMap(cluster => cluster.zones))]
  const isImageNeeded = (cluster: WantedCluster): boolean =>
    cluster.cluster.image === undefined && cluster.nodes.some(({ node }) => !node.isExisting)
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The topology ${wanted.topology.name}`,
    Parameters: {
      Vpc: { Type: 'AWS::EC2::VPC::Id', ...defaultOf(wanted.topology.aws.vpc) },
      VpcRange: { Type: 'String', Description: 'The range of addresses of the VPC, such as 10.0.0.0/16' },
      ...Object.fromEntries(zones.map(zone => [subnet(zone), subnetParameter(zone)])),
      ...(wanted.clusters.some(isImageNeeded)
        ? { NodeImage: { Type: 'AWS::EC2::Image::Id', Description: 'An image of Everport nodes' } }
        : {}),
    },
    Resources: {
      NodeSecurityGroup: securityGroup(wanted),
      ...Object.assign({}, ...wanted.clusters.map(cluster => clusterResources(wanted, cluster, facts))),
      ...Object.fromEntries(
        wanted.dns.records.map(({ cluster, failover }) => [
          `${id(cluster)}Record`,
          {
            Type: 'AWS::Route53::RecordSet',
            Properties: {
              HostedZoneName: wanted.dns.zone,
              Name: wanted.dns.name,
              Type: 'A',
              ...(failover === undefined ? {} : { SetIdentifier: cluster, Failover: failover }),
              AliasTarget: {
                HostedZoneId: { 'Fn::GetAtt': [`${id(cluster)}Balancer`, 'CanonicalHostedZoneID'] },
                DNSName: { 'Fn::GetAtt': [`${id(cluster)}Balancer`, 'DNSName'] },
                EvaluateTargetHealth: true,
              },
            },
          },
        ]),
      ),
    },
    Outputs: { Name: { Value: wanted.dns.name, Description: 'Where clients connect' } },
  }
}

function defaultOf(value: string | undefined): { readonly [key: string]: Json } {
  return value === undefined ? {} : { Default: value }
}

function subnetParameter(zone: string): Json {
  return { Type: 'AWS::EC2::Subnet::Id', Description: `A subnet of the VPC in ${zone}` }
}

function securityGroup({ securityGroup: group }: Wanted): Json {
  const sources: Json[] = [{ Ref: 'VpcRange' }, ...group.clients]
  return {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupName: group.name,
      GroupDescription: group.description,
      VpcId: { Ref: 'Vpc' },
      SecurityGroupIngress: group.ports.flatMap(port =>
        sources.map(CidrIp => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp })),
      ),
    },
  }
}

function clusterResources(
  wanted: Wanted,
  cluster: WantedCluster,
  facts: ExportFacts,
): { readonly [key: string]: Json } {
  const { name } = cluster.cluster
  return {
    [`${id(name)}Balancer`]: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: {
        Name: name,
        Type: 'network',
        Scheme: wanted.topology.aws.scheme,
        Subnets: cluster.zones.map(zone => ({ Ref: subnet(zone) })),
      },
    },
    ...Object.fromEntries(
      cluster.nodes
        .filter(({ node }) => !node.isExisting)
        .map(node => [id(node.node.name), instance(wanted, cluster, node, facts)]),
    ),
    ...Object.assign({}, ...cluster.groups.map(group => groupResources(cluster, group))),
  }
}

function instance(wanted: Wanted, cluster: WantedCluster, node: WantedNode, facts: ExportFacts): Json {
  const parts = userData(wanted.topology, cluster, node, { advertisedHost: hostMark, ...facts }).split(
    hostMark,
  )
  const host = { 'Fn::GetAtt': [`${id(cluster.cluster.name)}Balancer`, 'DNSName'] }
  return {
    Type: 'AWS::EC2::Instance',
    Properties: {
      ImageId: cluster.cluster.image ?? { Ref: 'NodeImage' },
      InstanceType: wanted.topology.aws.instanceType,
      SubnetId: { Ref: subnet(node.zone) },
      SecurityGroupIds: [{ 'Fn::GetAtt': ['NodeSecurityGroup', 'GroupId'] }],
      UserData: {
        'Fn::Base64': {
          'Fn::Join': ['', parts.flatMap((part, i): Json[] => (i === 0 ? [part] : [host, part]))],
        },
      },
      Tags: [{ Key: 'Name', Value: node.node.name }],
    },
  }
}

function groupResources(
  { cluster, nodes }: WantedCluster,
  group: WantedGroup,
): { readonly [key: string]: Json } {
  const idOf = (name: string): Json => {
    const existing = nodes.find(({ node }) => node.name === name && node.isExisting)
    return existing === undefined ? { Ref: id(name) } : existing.node.address
  }
  const attributes = Object.entries(group.attributes).map(([Key, Value]) => ({ Key, Value }))
  const fields = JSON.parse(JSON.stringify(awsHealthCheck(group))) as { readonly [key: string]: Json }
  return {
    [`${id(group.name)}Group`]: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: {
        Name: group.name,
        Protocol: 'TCP',
        Port: group.port,
        VpcId: { Ref: 'Vpc' },
        TargetType: group.targetType,
        ...fields,
        ...(attributes.length === 0 ? {} : { TargetGroupAttributes: attributes }),
        Targets: group.nodes.map(node => ({ Id: idOf(node), Port: group.port })),
      },
    },
    [`${id(group.name)}Listener`]: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: { Ref: `${id(cluster.name)}Balancer` },
        Protocol: 'TCP',
        Port: group.port,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: `${id(group.name)}Group` } }],
      },
    },
  }
}

/** Logical ids are letters and digits only. */
function id(name: string): string {
  return name
    .split('-')
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}

function subnet(zone: string): string {
  return `Subnet${id(zone)}`
}
