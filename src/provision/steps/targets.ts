import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Provisioning, until } from '../provisioning.ts'
import type { Step } from '../step.ts'
import type { WantedCluster, WantedGroup } from '../wanted.ts'

/** Who is registered where: every node in the shared groups, in an auxiliary group the one node whose port it is. */
export const targets: Step = { apply, destroy: async () => undefined }

async function apply(provisioning: Provisioning): Promise<void> {
  for (const cluster of provisioning.wanted.clusters)
    for (const group of cluster.groups) await mend(provisioning, cluster, group)
}

async function mend(provisioning: Provisioning, cluster: WantedCluster, group: WantedGroup): Promise<void> {
  const { call, found } = provisioning
  const targetGroup = found.targetGroups.get(group.name)
  if (targetGroup === undefined) return
  const TargetGroupArn = targetGroup.arn
  const wanted = group.nodes.map(name => found.targets.get(name) ?? '')
  const present = targetGroup.isNew ? [] : await registered(provisioning, TargetGroupArn)
  const missing = wanted.filter(id => !present.some(({ Id, Port }) => Id === id && Port === group.port))
  const surplus = present.filter(({ Id = '', Port }) => !wanted.includes(Id) || Port !== group.port)
  if (missing.length > 0) {
    await call('elbv2', 'RegisterTargets', {
      TargetGroupArn,
      Targets: missing.map(Id => ({ Id, Port: group.port, ...placement(provisioning, cluster, Id) })),
    })
  }
  if (surplus.length > 0) await call('elbv2', 'DeregisterTargets', { TargetGroupArn, Targets: surplus })
}

/** An address outside the VPC must say that it belongs to no zone of it. */
function placement(
  { found }: Provisioning,
  { nodes }: WantedCluster,
  id: string,
): Pick<TargetDescription, 'AvailabilityZone'> {
  const existing = nodes.find(({ node }) => node.isExisting && node.address === id)
  if (existing === undefined || (found.vpc?.cidrs ?? []).some(cidr => contains(cidr, id))) return {}
  return { AvailabilityZone: 'all' }
}

/** Registered and not on its way out. */
export async function registered(
  { call }: Pick<Provisioning, 'call'>,
  TargetGroupArn: string,
): Promise<TargetDescription[]> {
  const { TargetHealthDescriptions = [] } = await call('elbv2', 'DescribeTargetHealth', { TargetGroupArn })
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining').flatMap(
    ({ Target }) => (Target === undefined ? [] : [{ Id: Target.Id, Port: Target.Port }]),
  )
}

/** Resolves when no registered target of the group is being checked or ill. */
export async function whenHealthy(provisioning: Provisioning, TargetGroupArn: string): Promise<void> {
  await until(provisioning, `targets of ${TargetGroupArn} are not healthy`, async () => {
    const { TargetHealthDescriptions = [] } = await provisioning.call('elbv2', 'DescribeTargetHealth', {
      TargetGroupArn,
    })
    return TargetHealthDescriptions.every(({ TargetHealth }) =>
      ['healthy', 'unused', 'draining'].includes(TargetHealth?.State ?? ''),
    )
  })
}

/** Whether an IPv4 range holds an address. */
export function contains(cidr: string, address: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/')
  const shift = 32 - Number(bits)
  return shift >= 32 || numberOf(base) >>> shift === numberOf(address) >>> shift
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0)
}
