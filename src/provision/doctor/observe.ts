import type { Instance, SecurityGroup } from '@aws-sdk/client-ec2'
import type {
  Listener,
  LoadBalancer,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { type Call, errorCode } from '../calls.ts'
import { listenersOf } from '../steps/listeners.ts'
import type { Wanted } from '../wanted.ts'

/** What is there, whoever made it: found by the names of the topology alone. */
export interface Observation {
  readonly vpcRanges: readonly string[]
  readonly loadBalancers: ReadonlyMap<string, LoadBalancer>
  /** By cluster. */
  readonly listeners: ReadonlyMap<string, readonly Listener[]>
  readonly targetGroups: ReadonlyMap<string, TargetGroup>
  /** By target group. */
  readonly targets: ReadonlyMap<string, readonly TargetHealthDescription[]>
  /** By instance id. */
  readonly instances: ReadonlyMap<string, Instance>
  /** By instance id, in clear; without the ones that cannot be read. */
  readonly userData: ReadonlyMap<string, string>
  readonly securityGroups: ReadonlyMap<string, SecurityGroup>
  readonly hostedZoneId: string | undefined
  /** At the failover name. */
  readonly records: readonly ResourceRecordSet[]
}

/** Only reads. */
export async function observe(call: Call, wanted: Wanted): Promise<Observation> {
  const loadBalancers = new Map<string, LoadBalancer>()
  const listeners = new Map<string, readonly Listener[]>()
  const targetGroups = new Map<string, TargetGroup>()
  const targets = new Map<string, readonly TargetHealthDescription[]>()
  for (const { cluster, groups } of wanted.clusters) {
    const { LoadBalancers = [] } = await orNothing(
      call('elbv2', 'DescribeLoadBalancers', { Names: [cluster.name] }),
    )
    const [balancer] = LoadBalancers
    if (balancer !== undefined) {
      loadBalancers.set(cluster.name, balancer)
      listeners.set(cluster.name, await listenersOf({ call }, balancer.LoadBalancerArn ?? ''))
    }
    for (const { name } of groups) {
      const { TargetGroups = [] } = await orNothing(call('elbv2', 'DescribeTargetGroups', { Names: [name] }))
      const [group] = TargetGroups
      if (group === undefined) continue
      targetGroups.set(name, group)
      const { TargetGroupArn } = group
      const { TargetHealthDescriptions = [] } = await call('elbv2', 'DescribeTargetHealth', {
        TargetGroupArn,
      })
      targets.set(
        name,
        TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining'),
      )
    }
  }
  return {
    vpcRanges: await rangesOf(call, [...targetGroups.values()]),
    loadBalancers,
    listeners,
    targetGroups,
    targets,
    ...(await observeInstances(call, [...targets.values()].flat())),
    ...(await observeRecords(call, wanted)),
  }
}

async function rangesOf(call: Call, groups: readonly TargetGroup[]): Promise<string[]> {
  const VpcIds = [...new Set(groups.flatMap(({ VpcId }) => (VpcId === undefined ? [] : [VpcId])))]
  if (VpcIds.length === 0) return []
  const { Vpcs = [] } = await call('ec2', 'DescribeVpcs', { VpcIds })
  return Vpcs.flatMap(({ CidrBlock }) => (CidrBlock === undefined ? [] : [CidrBlock]))
}

async function observeInstances(
  call: Call,
  described: readonly TargetHealthDescription[],
): Promise<Pick<Observation, 'instances' | 'userData' | 'securityGroups'>> {
  const ids = [...new Set(described.map(({ Target }) => Target?.Id ?? ''))].filter(id => id.startsWith('i-'))
  const instances = new Map<string, Instance>()
  const userData = new Map<string, string>()
  const securityGroups = new Map<string, SecurityGroup>()
  if (ids.length === 0) return { instances, userData, securityGroups }
  const { Reservations = [] } = await orNothing(call('ec2', 'DescribeInstances', { InstanceIds: ids }))
  for (const instance of Reservations.flatMap(({ Instances }) => Instances ?? [])) {
    const { InstanceId = '' } = instance
    instances.set(InstanceId, instance)
    const { UserData } = await orNothing(
      call('ec2', 'DescribeInstanceAttribute', { InstanceId, Attribute: 'userData' }),
    )
    if (UserData?.Value !== undefined)
      userData.set(InstanceId, Buffer.from(UserData.Value, 'base64').toString('utf8'))
  }
  const GroupIds = [
    ...new Set(
      [...instances.values()].flatMap(each => (each.SecurityGroups ?? []).map(g => g.GroupId ?? '')),
    ),
  ].filter(id => id !== '')
  if (GroupIds.length > 0) {
    const { SecurityGroups = [] } = await call('ec2', 'DescribeSecurityGroups', { GroupIds })
    for (const group of SecurityGroups) securityGroups.set(group.GroupId ?? '', group)
  }
  return { instances, userData, securityGroups }
}

async function observeRecords(
  call: Call,
  { dns }: Wanted,
): Promise<Pick<Observation, 'hostedZoneId' | 'records'>> {
  const { HostedZones = [] } = await call('route53', 'ListHostedZonesByName', { DNSName: dns.zone })
  const zone = HostedZones.find(({ Name }) => Name === dns.zone)
  if (zone?.Id === undefined) return { hostedZoneId: undefined, records: [] }
  const { ResourceRecordSets = [] } = await call('route53', 'ListResourceRecordSets', {
    HostedZoneId: zone.Id,
    StartRecordName: dns.name,
    StartRecordType: 'A',
  })
  const records = ResourceRecordSets.filter(({ Name, Type }) => Name === dns.name && Type === 'A')
  return { hostedZoneId: zone.Id.replace('/hostedzone/', ''), records }
}

/** An answer of nothing where the API says that there is no such thing, or that it does not know the call. */
async function orNothing<T extends object>(answer: Promise<T>): Promise<Partial<T>> {
  try {
    return await answer
  } catch (error) {
    if (/NotFound|InvalidAction|Unsupported/.test(errorCode(error) ?? '')) return {}
    throw error
  }
}
