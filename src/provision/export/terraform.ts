import { userData } from '../user-data.ts'
import type { Wanted, WantedCluster, WantedGroup, WantedNode } from '../wanted.ts'
import type { ExportFacts } from './export-facts.ts'
import { awsHealthCheck } from './health-check.ts'

const hostMark = '@ADVERTISED_HOST@'

/** Terraform's configuration language, for the provider `hashicorp/aws`. */
export function terraformConfiguration(wanted: Wanted, facts: ExportFacts): string {
  const { topology } = wanted
  const zones = [...new Set(wanted.clusters.flatMap(cluster => cluster.zones))]
  const needsImage = wanted.clusters.some(
    ({ cluster, nodes }) => cluster.image === undefined && nodes.some(({ node }) => !node.isExisting),
  )
  return `${[
    `# The topology ${topology.name}`,
    'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}',
    `provider "aws" {\n  region = ${text(topology.region)}\n}`,
    topology.aws.vpc === undefined
      ? 'data "aws_vpc" "this" {\n  default = true\n}'
      : `data "aws_vpc" "this" {\n  id = ${text(topology.aws.vpc)}\n}`,
    ...zones.map(
      zone =>
        `data "aws_subnets" "${id(zone)}" {\n  filter {\n    name   = "vpc-id"\n    values = [data.aws_vpc.this.id]\n  }\n  filter {\n    name   = "availability-zone"\n    values = [${text(zone)}]\n  }\n}`,
    ),
    ...(needsImage
      ? [
          'data "aws_ami" "node" {\n  most_recent = true\n  owners      = ["self"]\n  filter {\n    name   = "name"\n    values = ["everport-node", "everport-node-*"]\n  }\n}',
        ]
      : []),
    `data "aws_route53_zone" "this" {\n  name = ${text(wanted.dns.zone)}\n}`,
    securityGroup(wanted),
    ...wanted.clusters.flatMap(cluster => clusterBlocks(wanted, cluster, facts)),
    ...wanted.dns.records.map(
      ({ cluster, failover }) =>
        `resource "aws_route53_record" "${id(cluster)}" {\n  zone_id = data.aws_route53_zone.this.zone_id\n  name    = ${text(wanted.dns.name)}\n  type    = "A"\n${
          failover === undefined
            ? ''
            : `  set_identifier = ${text(cluster)}\n  failover_routing_policy {\n    type = ${text(failover)}\n  }\n`
        }  alias {\n    name                   = aws_lb.${id(cluster)}.dns_name\n    zone_id                = aws_lb.${id(cluster)}.zone_id\n    evaluate_target_health = true\n  }\n}`,
    ),
  ].join('\n\n')}\n`
}

function securityGroup({ securityGroup: group }: Wanted): string {
  const sources = ['data.aws_vpc.this.cidr_block', ...group.clients.map(text)].join(', ')
  const rules = group.ports.map(
    port =>
      `  ingress {\n    protocol    = "tcp"\n    from_port   = ${port}\n    to_port     = ${port}\n    cidr_blocks = [${sources}]\n  }\n`,
  )
  return `resource "aws_security_group" "nodes" {\n  name        = ${text(group.name)}\n  description = ${text(group.description)}\n  vpc_id      = data.aws_vpc.this.id\n${rules.join('')}  egress {\n    protocol    = "-1"\n    from_port   = 0\n    to_port     = 0\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n}`
}

function clusterBlocks(wanted: Wanted, cluster: WantedCluster, facts: ExportFacts): string[] {
  const { name } = cluster.cluster
  const subnets = cluster.zones.map(zone => `data.aws_subnets.${id(zone)}.ids[0]`).join(', ')
  return [
    `resource "aws_lb" "${id(name)}" {\n  name               = ${text(name)}\n  load_balancer_type = "network"\n  internal           = ${wanted.topology.aws.scheme === 'internal'}\n  subnets            = [${subnets}]\n}`,
    ...cluster.nodes
      .filter(({ node }) => !node.isExisting)
      .map(node => instance(wanted, cluster, node, facts)),
    ...cluster.groups.flatMap(group => groupBlocks(cluster, group)),
  ]
}

function instance(wanted: Wanted, cluster: WantedCluster, node: WantedNode, facts: ExportFacts): string {
  const data = userData(wanted.topology, cluster, node, { advertisedHost: hostMark, ...facts })
  const escaped = withoutTemplates(data).replaceAll(
    hostMark,
    `\${aws_lb.${id(cluster.cluster.name)}.dns_name}`,
  )
  const { image } = cluster.cluster
  return `resource "aws_instance" "${id(node.node.name)}" {\n  ami                    = ${image === undefined ? 'data.aws_ami.node.id' : text(image)}\n  instance_type          = ${text(wanted.topology.aws.instanceType)}\n  subnet_id              = data.aws_subnets.${id(node.zone)}.ids[0]\n  vpc_security_group_ids = [aws_security_group.nodes.id]\n  tags = {\n    Name = ${text(node.node.name)}\n  }\n  user_data = <<END_OF_USER_DATA\n${escaped}END_OF_USER_DATA\n}`
}

function groupBlocks({ cluster, nodes }: WantedCluster, group: WantedGroup): string[] {
  const name = id(group.name)
  const check = awsHealthCheck(group)
  const attachments = group.nodes.map(node => {
    const existing = nodes.find(each => each.node.name === node && each.node.isExisting)
    const target = existing === undefined ? `aws_instance.${id(node)}.id` : text(existing.node.address)
    return `resource "aws_lb_target_group_attachment" "${name}_${id(node)}" {\n  target_group_arn = aws_lb_target_group.${name}.arn\n  target_id        = ${target}\n  port             = ${group.port}\n}`
  })
  return [
    `resource "aws_lb_target_group" "${name}" {\n  name        = ${text(group.name)}\n  protocol    = "TCP"\n  port        = ${group.port}\n  vpc_id      = data.aws_vpc.this.id\n  target_type = ${text(group.targetType)}\n  health_check {\n    protocol            = ${text(check.HealthCheckProtocol)}\n    port                = ${text(check.HealthCheckPort)}\n    interval            = ${check.HealthCheckIntervalSeconds}\n    timeout             = ${check.HealthCheckTimeoutSeconds}\n    healthy_threshold   = ${check.HealthyThresholdCount}\n    unhealthy_threshold = ${check.UnhealthyThresholdCount}\n${
      check.HealthCheckPath === undefined ? '' : `    path                = ${text(check.HealthCheckPath)}\n`
    }${check.Matcher === undefined ? '' : `    matcher             = ${text(check.Matcher.HttpCode)}\n`}  }\n${attributeText(group)}}`,
    ...attachments,
    `resource "aws_lb_listener" "${name}" {\n  load_balancer_arn = aws_lb.${id(cluster.name)}.arn\n  protocol          = "TCP"\n  port              = ${group.port}\n  default_action {\n    type             = "forward"\n    target_group_arn = aws_lb_target_group.${name}.arn\n  }\n}`,
  ]
}

/** The provider has arguments of its own for each of AWS's attributes; empty where the defaults will do. */
function attributeText({ attributes }: WantedGroup): string {
  const crossZone = attributes['load_balancing.cross_zone.enabled']
  const count = attributes['target_group_health.dns_failover.minimum_healthy_targets.count']
  return [
    crossZone === undefined ? '' : `  load_balancing_cross_zone_enabled = ${text(crossZone)}\n`,
    count === undefined
      ? ''
      : `  target_group_health {\n    dns_failover {\n      minimum_healthy_targets_count      = ${text(count)}\n      minimum_healthy_targets_percentage = "off"\n    }\n  }\n`,
  ].join('')
}

/** A quoted string; nothing in it is a template. */
function text(value: string): string {
  return withoutTemplates(JSON.stringify(value))
}

function withoutTemplates(value: string): string {
  return value.replace(/([$%])\{/g, (brace, sign: string) => sign + brace)
}

function id(name: string): string {
  return name.replaceAll('-', '_')
}
