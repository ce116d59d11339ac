import type { Tag as Ec2Tag } from '@aws-sdk/client-ec2'
import type { LoadBalancer, Tag, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { EverportError } from '../base/errors.ts'
import { allPages, type Provisioning, tagValue } from './provisioning.ts'
import { tags } from './wanted.ts'

/** ELBv2 wants a key in every tag; EC2's type leaves it open. */
export function elbTags(list: readonly Ec2Tag[]): Tag[] {
  return list.map(({ Key = '', Value }) => ({ Key, Value }))
}

/** What AWS takes in one DescribeTags. */
const arnsMax = 20

/** The tags of each ARN. */
export async function tagsByArn(
  { call }: Pick<Provisioning, 'call'>,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const found = new Map<string, readonly Tag[]>()
  for (let i = 0; i < arns.length; i += arnsMax) {
    const { TagDescriptions = [] } = await call('elbv2', 'DescribeTags', {
      ResourceArns: arns.slice(i, i + arnsMax),
    })
    for (const { ResourceArn = '', Tags = [] } of TagDescriptions) found.set(ResourceArn, Tags)
  }
  return found
}

/** Refuses to touch what this topology did not make. */
export async function mustBeOurs(provisioning: Provisioning, what: string, arn: string): Promise<void> {
  const { name } = provisioning.wanted.topology
  const list = (await tagsByArn(provisioning, [arn])).get(arn)
  if (tagValue(list, tags.topology) === name) return
  throw new EverportError('duplicate_object', `${what} is there and is not this topology’s`, {
    detail: `${arn} has no tag ${tags.topology}=${name}`,
    hint: `name the cluster otherwise, or make it this topology’s: aws elbv2 add-tags --resource-arns ${arn} --tags Key=${tags.topology},Value=${name}`,
  })
}

/** Load balancers that were made for this topology, wanted or not. */
export async function ourLoadBalancers(provisioning: Provisioning): Promise<LoadBalancer[]> {
  return ours(provisioning, await allLoadBalancers(provisioning), balancerArn)
}

/** The other load balancers of the account. */
export async function loadBalancersOfOthers(provisioning: Provisioning): Promise<LoadBalancer[]> {
  const all = await allLoadBalancers(provisioning)
  const mine = new Set(await ours(provisioning, all, balancerArn))
  return all.filter(balancer => !mine.has(balancer))
}

function allLoadBalancers({ call }: Provisioning): Promise<LoadBalancer[]> {
  return allPages(async Marker => {
    const answer = await call('elbv2', 'DescribeLoadBalancers', markerOf(Marker))
    return [answer.LoadBalancers, answer.NextMarker]
  })
}

function balancerArn({ LoadBalancerArn = '' }: LoadBalancer): string {
  return LoadBalancerArn
}

/** Target groups that were made for this topology, wanted or not. */
export async function ourTargetGroups(provisioning: Provisioning): Promise<TargetGroup[]> {
  const all = await allPages(async Marker => {
    const answer = await provisioning.call('elbv2', 'DescribeTargetGroups', markerOf(Marker))
    return [answer.TargetGroups, answer.NextMarker]
  })
  return ours(provisioning, all, ({ TargetGroupArn = '' }) => TargetGroupArn)
}

async function ours<T>(
  provisioning: Provisioning,
  all: readonly T[],
  arnOf: (item: T) => string,
): Promise<T[]> {
  const tagsOfAll = await tagsByArn(provisioning, all.map(arnOf))
  return all.filter(
    item => tagValue(tagsOfAll.get(arnOf(item)), tags.topology) === provisioning.wanted.topology.name,
  )
}

function markerOf(Marker: string | undefined): { Marker?: string } {
  return Marker === undefined ? {} : { Marker }
}
