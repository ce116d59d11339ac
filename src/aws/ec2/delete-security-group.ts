import type { DeleteSecurityGroupRequest, DeleteSecurityGroupResult } from '@aws-sdk/client-ec2'
import { type InstanceDocument, instancePrefix } from '../../resources/instances.ts'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import { securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { groupNamed } from './group-named.ts'
import { allGroups } from './network.ts'
import { rulesOf } from './permissions.ts'
import { refuse, refuseDryRun } from './refuse.ts'

export const deleteSecurityGroup: Operation<DeleteSecurityGroupRequest, DeleteSecurityGroupResult> = async (
  input,
  { store },
) => {
  refuseDryRun(input.DryRun)
  const { answer } = await commitPlanned(store, snapshot => {
    const { GroupId, GroupName } = groupNamed(snapshot, input)
    if (GroupName === 'default')
      throw refuse(
        'CannotDelete',
        `the specified group: "${GroupId}" name: "default" cannot be deleted by a user`,
      )
    if (isUsed(snapshot, GroupId))
      throw refuse('DependencyViolation', `resource ${GroupId} has a dependent object`)
    return { changes: [{ key: securityGroupKey(GroupId), value: undefined }], answer: GroupId }
  })
  return { Return: true, GroupId: answer }
}

/** By an instance, a load balancer, or a rule of another group. */
function isUsed(snapshot: Snapshot, id: string): boolean {
  const instances = snapshot.list<InstanceDocument>(instancePrefix)
  const balancers = snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/')
  const others = allGroups(snapshot).filter(({ GroupId }) => GroupId !== id)
  return (
    instances.some(
      ({ value }) =>
        value.DesiredState !== 'terminated' &&
        value.Instance.SecurityGroups?.some(({ GroupId }) => GroupId === id) === true,
    ) ||
    balancers.some(({ value }) => value.LoadBalancer.SecurityGroups?.includes(id) === true) ||
    others.some(({ IpPermissions = [], IpPermissionsEgress = [] }) =>
      rulesOf([...IpPermissions, ...IpPermissionsEgress]).some(
        ({ source }) => source.kind === 'group' && source.groupId === id,
      ),
    )
  )
}
