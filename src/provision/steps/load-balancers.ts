import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import { EverportError } from '../../base/errors.ts'
import { errorCode } from '../calls.ts'
import { elbTags, mustBeOurs, ourLoadBalancers } from '../ours.ts'
import { type FoundLoadBalancer, type Provisioning, sent, tagsOf, until } from '../provisioning.ts'
import type { Step } from '../step.ts'
import type { WantedCluster } from '../wanted.ts'

/** A network load balancer for each cluster. It comes before the nodes, which must know its DNS name: it is the host they advertise. */
export const loadBalancers: Step = { apply, destroy }

async function apply(provisioning: Provisioning): Promise<void> {
  const { wanted, found } = provisioning
  for (const cluster of wanted.clusters) {
    const there = await find(provisioning, cluster)
    if (there !== undefined) await mendZones(provisioning, cluster, there)
    found.loadBalancers.set(
      cluster.cluster.name,
      there === undefined ? await create(provisioning, cluster) : foundOf(there, false),
    )
  }
}

async function create(
  { call, wanted, found }: Provisioning,
  { cluster, zones }: WantedCluster,
): Promise<FoundLoadBalancer> {
  const { LoadBalancers = [] } = await call('elbv2', 'CreateLoadBalancer', {
    Name: cluster.name,
    Type: 'network',
    Scheme: wanted.topology.aws.scheme,
    IpAddressType: 'ipv4',
    Subnets: zones.map(zone => found.subnets.get(zone) ?? ''),
    Tags: elbTags(tagsOf(wanted, cluster.name)),
  })
  return foundOf(sent(LoadBalancers[0], 'the load balancer'), true)
}

/** Zones that the topology gained or lost. */
async function mendZones(
  { call, found }: Provisioning,
  { zones }: WantedCluster,
  there: LoadBalancer,
): Promise<void> {
  const subnets = zones.map(zone => found.subnets.get(zone) ?? '')
  const present = new Set((there.AvailabilityZones ?? []).map(({ SubnetId }) => SubnetId))
  if (present.size === subnets.length && subnets.every(subnet => present.has(subnet))) return
  await call('elbv2', 'SetSubnets', { LoadBalancerArn: there.LoadBalancerArn, Subnets: subnets })
}

async function destroy(provisioning: Provisioning): Promise<void> {
  await remove(provisioning, () => true)
}

/** Of clusters that the topology no longer has. */
export const surplusLoadBalancers: Step = {
  apply: async provisioning => {
    const wanted = new Set([...provisioning.found.loadBalancers.values()].map(({ arn }) => arn))
    await remove(provisioning, ({ LoadBalancerArn = '' }) => !wanted.has(LoadBalancerArn))
  },
  destroy: async () => undefined,
}

async function remove(
  provisioning: Provisioning,
  isChosen: (balancer: LoadBalancer) => boolean,
): Promise<void> {
  const { call } = provisioning
  const chosen = (await ourLoadBalancers(provisioning)).filter(isChosen)
  for (const { LoadBalancerArn } of chosen) await call('elbv2', 'DeleteLoadBalancer', { LoadBalancerArn })
  if (chosen.length === 0) return
  await until(provisioning, 'load balancers are still there', async () =>
    (await ourLoadBalancers(provisioning)).every(balancer => !isChosen(balancer)),
  )
}

async function find(
  provisioning: Provisioning,
  { cluster }: WantedCluster,
): Promise<LoadBalancer | undefined> {
  const { call, wanted } = provisioning
  const { name } = cluster
  let LoadBalancers: LoadBalancer[] = []
  try {
    LoadBalancers = (await call('elbv2', 'DescribeLoadBalancers', { Names: [name] })).LoadBalancers ?? []
  } catch (error) {
    if (errorCode(error) !== 'LoadBalancerNotFoundException') throw error
  }
  const [there] = LoadBalancers
  if (there === undefined) return undefined
  if (there.Type !== 'network') {
    throw new EverportError(
      'duplicate_object',
      `load balancer ${name} is there and is of type ${there.Type}`,
      {
        detail: `the topology ${wanted.topology.name} needs a network load balancer of that name`,
        hint: 'name the cluster otherwise, or delete that load balancer',
      },
    )
  }
  await mustBeOurs(provisioning, `load balancer ${name}`, there.LoadBalancerArn ?? '')
  return there
}

function foundOf(balancer: LoadBalancer, isNew: boolean): FoundLoadBalancer {
  return {
    arn: sent(balancer.LoadBalancerArn, 'the ARN of a load balancer'),
    dnsName: sent(balancer.DNSName, 'the DNS name of a load balancer'),
    hostedZoneId: sent(balancer.CanonicalHostedZoneId, 'the hosted zone of a load balancer'),
    isNew,
  }
}
