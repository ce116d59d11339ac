import type { Action, Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import { elbTags } from '../ours.ts'
import { allPages, type Provisioning, sent, tagsOf } from '../provisioning.ts'
import type { Step } from '../step.ts'
import type { WantedCluster } from '../wanted.ts'

/** A listener on each port, leading to the group of that port; one that leads elsewhere is modified, one too many deleted. */
export const listeners: Step = { apply, destroy: async () => undefined }

async function apply(provisioning: Provisioning): Promise<void> {
  for (const cluster of provisioning.wanted.clusters) await mend(provisioning, cluster)
}

async function mend(provisioning: Provisioning, { cluster, groups }: WantedCluster): Promise<void> {
  const { call, wanted, found } = provisioning
  const balancer = found.loadBalancers.get(cluster.name)
  if (balancer === undefined) return
  const present = balancer.isNew ? [] : await listenersOf(provisioning, balancer.arn)
  for (const group of groups) {
    const TargetGroupArn = found.targetGroups.get(group.name)?.arn
    const DefaultActions: Action[] = [{ Type: 'forward', TargetGroupArn }]
    const there = present.find(({ Port }) => Port === group.port)
    if (there === undefined) {
      await call('elbv2', 'CreateListener', {
        LoadBalancerArn: balancer.arn,
        Protocol: 'TCP',
        Port: group.port,
        DefaultActions,
        Tags: elbTags(tagsOf(wanted, group.name)),
      })
    } else if (there.Protocol !== 'TCP' || !leadsTo(there, TargetGroupArn)) {
      const { ListenerArn } = there
      await call('elbv2', 'ModifyListener', { ListenerArn, Protocol: 'TCP', DefaultActions })
    }
  }
  const ports = new Set(groups.map(({ port }) => port))
  for (const { ListenerArn, Port } of present)
    if (Port === undefined || !ports.has(Port)) await call('elbv2', 'DeleteListener', { ListenerArn })
}

export function listenersOf(
  { call }: Pick<Provisioning, 'call'>,
  LoadBalancerArn: string,
): Promise<Listener[]> {
  return allPages(async Marker => {
    const { Listeners, NextMarker } = await call('elbv2', 'DescribeListeners', {
      LoadBalancerArn,
      ...(Marker === undefined ? {} : { Marker }),
    })
    return [Listeners, NextMarker]
  })
}

/** To this group and to no other. */
export function leadsTo({ DefaultActions = [] }: Listener, arn: string | undefined): boolean {
  const [action] = DefaultActions
  const groups = action?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action?.TargetGroupArn }]
  return (
    DefaultActions.length === 1 &&
    action?.Type === 'forward' &&
    groups.length === 1 &&
    sent(groups[0]?.TargetGroupArn, 'the group of a listener') === arn
  )
}
