import { createHash } from 'node:crypto'
import type { Instance } from '@aws-sdk/client-ec2'
import { EverportError } from '../../base/errors.ts'
import { allPages, type Provisioning, sent, tagsOf, tagValue, until } from '../provisioning.ts'
import type { Step } from '../step.ts'
import { userData } from '../user-data.ts'
import { tags, type WantedCluster, type WantedNode } from '../wanted.ts'
import { registered, whenHealthy } from './targets.ts'

/** An instance for each node that is not there yet; one that was made from other data is replaced, one at a time, while the others serve. */
export const instances: Step = { apply, destroy }

/** After nobody is sent there any more: instances of this topology that it no longer has. */
export const surplusInstances: Step = { apply: terminateSurplus, destroy: async () => undefined }

const goneStates: readonly (string | undefined)[] = ['shutting-down', 'terminated']

async function apply(provisioning: Provisioning): Promise<void> {
  const { found, wanted } = provisioning
  const all = await instancesOf(provisioning)
  for (const cluster of wanted.clusters) {
    const image = await imageOf(provisioning, cluster)
    for (const wantedNode of cluster.nodes) {
      const { node } = wantedNode
      if (node.isExisting) {
        found.targets.set(node.name, node.address)
        continue
      }
      const made = all.filter(({ Tags }) => tagValue(Tags, tags.resource) === node.name)
      const alive = made.find(({ State }) => !goneStates.includes(State?.Name))
      const data = userData(wanted.topology, cluster, wantedNode, {
        advertisedHost: found.loadBalancers.get(cluster.cluster.name)?.dnsName ?? '',
        catalogFile: provisioning.catalogFile,
      })
      const fingerprint = digest([image, wanted.topology.aws.instanceType, data])
      if (alive === undefined || tagValue(alive.Tags, tags.fingerprint) !== fingerprint) {
        if (alive !== undefined) await takeAway(provisioning, cluster, alive)
        const predecessor = [...made]
          .map(({ InstanceId = '' }) => InstanceId)
          .sort()
          .join()
        await run(provisioning, cluster, wantedNode, { image, data, fingerprint, predecessor })
        if (alive !== undefined) await takeBack(provisioning, cluster, node.name)
      } else found.targets.set(node.name, sent(alive.InstanceId, 'an instance id'))
    }
  }
  await whenRunning(provisioning)
}

interface Made {
  readonly image: string
  readonly data: string
  readonly fingerprint: string
  /** Ids of the instances that were this node before: AWS answers a repeated token with an instance that has ended. */
  readonly predecessor: string
}

async function run(
  { call, wanted, found }: Provisioning,
  { cluster }: WantedCluster,
  { node, zone }: WantedNode,
  made: Made,
): Promise<void> {
  const { Instances = [] } = await call('ec2', 'RunInstances', {
    ImageId: made.image,
    InstanceType: wanted.topology.aws.instanceType as 'm7i.large',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: found.subnets.get(zone),
    SecurityGroupIds: [found.securityGroupId],
    UserData: Buffer.from(made.data, 'utf8').toString('base64'),
    ClientToken: digest([wanted.topology.name, node.name, made.fingerprint, made.predecessor]),
    TagSpecifications: [
      {
        ResourceType: 'instance',
        Tags: [
          ...tagsOf(wanted, node.name),
          { Key: 'everport.cluster', Value: cluster.name },
          { Key: tags.fingerprint, Value: made.fingerprint },
        ],
      },
    ],
  })
  found.targets.set(node.name, sent(Instances[0]?.InstanceId, 'an instance id'))
}

/** Out of every group first, so that no new connection is sent there. */
async function takeAway(
  provisioning: Provisioning,
  { groups }: WantedCluster,
  { InstanceId = '' }: Instance,
): Promise<void> {
  const { call, found } = provisioning
  for (const { name } of groups) {
    const group = found.targetGroups.get(name)
    if (group === undefined || group.isNew) continue
    const Targets = (await registered(provisioning, group.arn)).filter(({ Id }) => Id === InstanceId)
    if (Targets.length > 0) await call('elbv2', 'DeregisterTargets', { TargetGroupArn: group.arn, Targets })
  }
  await call('ec2', 'TerminateInstances', { InstanceIds: [InstanceId] })
}

/** The next node is only taken away when this one serves. */
async function takeBack(provisioning: Provisioning, { groups }: WantedCluster, name: string): Promise<void> {
  const { call, found } = provisioning
  await whenRunning(provisioning)
  for (const group of groups.filter(({ nodes }) => nodes.includes(name))) {
    const TargetGroupArn = found.targetGroups.get(group.name)?.arn ?? ''
    await call('elbv2', 'RegisterTargets', {
      TargetGroupArn,
      Targets: [{ Id: found.targets.get(name), Port: group.port }],
    })
    await whenHealthy(provisioning, TargetGroupArn)
  }
}

/** AWS registers no target that does not run yet. */
async function whenRunning(provisioning: Provisioning): Promise<void> {
  const wanted = [...provisioning.found.targets.values()].filter(id => id.startsWith('i-'))
  if (wanted.length === 0) return
  await until(provisioning, 'instances do not run', async () => {
    const all = await instancesOf(provisioning)
    return wanted.every(id =>
      all.some(({ InstanceId, State }) => InstanceId === id && State?.Name === 'running'),
    )
  })
}

async function terminateSurplus(provisioning: Provisioning): Promise<void> {
  const wanted = new Set(provisioning.found.targets.keys())
  await terminate(provisioning, ({ Tags }) => !wanted.has(tagValue(Tags, tags.resource) ?? ''))
}

async function destroy(provisioning: Provisioning): Promise<void> {
  await terminate(provisioning, () => true)
  await until(provisioning, 'instances have not ended', async () => {
    const all = await instancesOf(provisioning)
    return all.every(({ State }) => State?.Name === 'terminated')
  })
}

async function terminate(
  provisioning: Provisioning,
  isChosen: (instance: Instance) => boolean,
): Promise<void> {
  const InstanceIds = (await instancesOf(provisioning))
    .filter(instance => !goneStates.includes(instance.State?.Name) && isChosen(instance))
    .map(({ InstanceId = '' }) => InstanceId)
  if (InstanceIds.length > 0) await provisioning.call('ec2', 'TerminateInstances', { InstanceIds })
}

/** Every instance that was made for this topology, those that have ended among them as long as AWS remembers them. */
export function instancesOf({ call, wanted }: Pick<Provisioning, 'call' | 'wanted'>): Promise<Instance[]> {
  return allPages(async NextToken => {
    const answer = await call('ec2', 'DescribeInstances', {
      Filters: [{ Name: `tag:${tags.topology}`, Values: [wanted.topology.name] }],
      ...(NextToken === undefined ? {} : { NextToken }),
    })
    return [(answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []), answer.NextToken]
  })
}

const imageName = 'everport-node'

/** The cluster's own image, or the newest one that is called everport-node. */
async function imageOf({ call }: Provisioning, { cluster, nodes }: WantedCluster): Promise<string> {
  if (cluster.image !== undefined || nodes.every(({ node }) => node.isExisting)) return cluster.image ?? ''
  const { Images = [] } = await call('ec2', 'DescribeImages', {
    Filters: [{ Name: 'name', Values: [imageName, `${imageName}-*`] }],
  })
  const [newest] = Images.toSorted((a, b) => ((a.CreationDate ?? '') < (b.CreationDate ?? '') ? 1 : -1))
  if (newest?.ImageId !== undefined) return newest.ImageId
  throw new EverportError('not_found', `there is no image called ${imageName}`, {
    hint: `make one that starts \`everport node\` from its user data, or name another: clusters: [{ name: ${cluster.name}, image: ami-… }]`,
  })
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
