import { kebab, shellWord } from '../call-text.ts'
import { userData } from '../user-data.ts'
import type { Wanted, WantedCluster, WantedGroup, WantedNode } from '../wanted.ts'
import type { ExportFacts } from './export-facts.ts'
import { awsHealthCheck } from './health-check.ts'

const hostMark = '@ADVERTISED_HOST@'

/** The guide, step by step, as a script for bash and the aws CLI. It makes everything anew: `everport apply` is for what may be there already. */
export function awsCliScript(wanted: Wanted, facts: ExportFacts): string {
  const { region, aws } = wanted.topology
  const zones = [...new Set(wanted.clusters.flatMap(cluster => cluster.zones))]
  const vpc =
    aws.vpc ??
    "$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)"
  const lines = [
    '#!/bin/bash',
    `# The topology ${wanted.topology.name}, as commands of the aws CLI.`,
    'set -euo pipefail',
    `export AWS_DEFAULT_REGION=${region} AWS_PAGER=`,
    '',
    '# What must be there already; nothing is made without it',
    `found() { [ "$1" != None ] || { printf 'There is no %s\\n' "$2" >&2; exit 1; }; }`,
    `vpc=${vpc}`,
    `found "$vpc" 'default VPC'`,
    `range=$(aws ec2 describe-vpcs --vpc-ids "$vpc" --query 'Vpcs[0].CidrBlock' --output text)`,
    ...zones.flatMap(zone => [
      `subnet_${id(zone)}=$(aws ec2 describe-subnets --filters Name=vpc-id,Values="$vpc" Name=availability-zone,Values=${zone} --query 'Subnets[0].SubnetId' --output text)`,
      `found "$subnet_${id(zone)}" 'subnet of the VPC in ${zone}'`,
    ]),
    `zone=$(aws route53 list-hosted-zones-by-name --dns-name ${wanted.dns.zone} --query "HostedZones[?Name=='${wanted.dns.zone}'].Id | [0]" --output text)`,
    `found "$zone" 'hosted zone ${wanted.dns.zone}'`,
    '',
    '# Who may connect to the nodes: the load balancer of a VPC has no security group of its own',
    ...securityGroup(wanted),
    ...wanted.clusters.flatMap(cluster => clusterLines(wanted, cluster, facts)),
    ...dnsLines(wanted),
  ]
  return `${lines.join('\n')}\n`
}

function securityGroup({ securityGroup: { name, description, ports, clients } }: Wanted): string[] {
  const sources = ['"$range"', ...clients]
  return [
    `group=$(aws ec2 create-security-group --group-name ${name} --description ${shellWord(description)} --vpc-id "$vpc" --query GroupId --output text)`,
    ...ports.flatMap(port =>
      sources.map(
        source =>
          `aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port ${port} --cidr ${source} >/dev/null`,
      ),
    ),
  ]
}

function clusterLines(wanted: Wanted, cluster: WantedCluster, facts: ExportFacts): string[] {
  const { name, image } = cluster.cluster
  const made = cluster.nodes.filter(({ node }) => !node.isExisting)
  return [
    '',
    `# Cluster ${name}: the load balancer, since the nodes must know its name`,
    `balancer_${id(name)}=$(aws elbv2 create-load-balancer --name ${name} --type network --scheme ${wanted.topology.aws.scheme} --subnets ${cluster.zones.map(zone => `"$subnet_${id(zone)}"`).join(' ')} --query 'LoadBalancers[0].LoadBalancerArn' --output text)`,
    `host_${id(name)}=$(aws elbv2 describe-load-balancers --load-balancer-arns "$balancer_${id(name)}" --query 'LoadBalancers[0].DNSName' --output text)`,
    ...(made.length === 0
      ? []
      : [
          `image_${id(name)}=${image ?? "$(aws ec2 describe-images --filters 'Name=name,Values=everport-node,everport-node-*' --query 'sort_by(Images,&CreationDate)[-1].ImageId' --output text)"}`,
        ]),
    '',
    `# Cluster ${name}: its nodes`,
    ...cluster.nodes.flatMap(node => nodeLines(wanted, cluster, node, facts)),
    ...(made.length === 0
      ? []
      : [
          `aws ec2 wait instance-running --instance-ids ${made.map(({ node }) => `"$node_${id(node.name)}"`).join(' ')}`,
        ]),
    '',
    `# Cluster ${name}: a target group and a listener for each port; an auxiliary group holds the one node whose port it is`,
    ...cluster.groups.flatMap(group => groupLines(cluster, group)),
  ]
}

function nodeLines(wanted: Wanted, cluster: WantedCluster, node: WantedNode, facts: ExportFacts): string[] {
  const { name, address, isExisting } = node.node
  const host = `$host_${id(cluster.cluster.name)}`
  const data = userData(wanted.topology, cluster, node, { advertisedHost: hostMark, ...facts })
  const configure = [
    `data_${id(name)}=$(cat <<'END_OF_USER_DATA'`,
    data.trimEnd(),
    'END_OF_USER_DATA',
    ')',
    `data_${id(name)}=\${data_${id(name)}//${hostMark}/"${host}"}`,
  ]
  if (isExisting) {
    return [
      `# Run on ${address} as the user of the server`,
      ...configure,
      `printf '%s\\n' "$data_${id(name)}" >configure-${name}.sh`,
      `node_${id(name)}=${address}`,
    ]
  }
  return [
    ...configure,
    `node_${id(name)}=$(aws ec2 run-instances --image-id "$image_${id(cluster.cluster.name)}" --instance-type ${wanted.topology.aws.instanceType} --subnet-id "$subnet_${id(node.zone)}" --security-group-ids "$group" --user-data "$data_${id(name)}" --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=${name}}]' --query 'Instances[0].InstanceId' --output text)`,
  ]
}

function groupLines({ cluster }: WantedCluster, group: WantedGroup): string[] {
  const { HealthCheckEnabled: _, Matcher, ...fields } = awsHealthCheck(group)
  const check = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `--${kebab(key)} ${shellWord(String(value))}`)
  const attributes = Object.entries(group.attributes).map(([key, value]) => `Key=${key},Value=${value}`)
  if (Matcher !== undefined) check.push(`--matcher HttpCode=${Matcher.HttpCode}`)
  return [
    `group_arn=$(aws elbv2 create-target-group --name ${group.name} --protocol TCP --port ${group.port} --vpc-id "$vpc" --target-type ${group.targetType} ${check.join(' ')} --query 'TargetGroups[0].TargetGroupArn' --output text)`,
    ...(attributes.length === 0
      ? []
      : [
          `aws elbv2 modify-target-group-attributes --target-group-arn "$group_arn" --attributes ${attributes.join(' ')} >/dev/null`,
        ]),
    `aws elbv2 register-targets --target-group-arn "$group_arn" --targets ${group.nodes.map(node => `Id="$node_${id(node)}",Port=${group.port}`).join(' ')}`,
    `aws elbv2 create-listener --load-balancer-arn "$balancer_${id(cluster.name)}" --protocol TCP --port ${group.port} --default-actions Type=forward,TargetGroupArn="$group_arn" >/dev/null`,
  ]
}

function dnsLines({ dns: { name, records } }: Wanted): string[] {
  return [
    '',
    '# One name over the clusters',
    ...records.flatMap(({ cluster, failover }) => [
      `alias_zone=$(aws elbv2 describe-load-balancers --load-balancer-arns "$balancer_${id(cluster)}" --query 'LoadBalancers[0].CanonicalHostedZoneId' --output text)`,
      `aws route53 change-resource-record-sets --hosted-zone-id "$zone" --change-batch '{"Changes":[{"Action":"UPSERT","ResourceRecordSet":{"Name":"${name}","Type":"A",${failover === undefined ? '' : `"SetIdentifier":"${cluster}","Failover":"${failover}",`}"AliasTarget":{"HostedZoneId":"'"$alias_zone"'","DNSName":"'"$host_${id(cluster)}"'","EvaluateTargetHealth":true}}}]}' >/dev/null`,
    ]),
  ]
}

/** Part of the name of a shell variable. */
function id(name: string): string {
  return name.replaceAll('-', '_')
}
