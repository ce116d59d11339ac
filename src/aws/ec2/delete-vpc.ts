import type { DeleteVpcRequest } from '@aws-sdk/client-ec2'
import { securityGroupKey, vpcKey } from '../../resources/network.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { allGroups, allSubnets, vpcOf } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'

/** With its default security group; everything else must be gone. */
export const deleteVpc: Operation<DeleteVpcRequest, object> = async ({ VpcId, DryRun }, { store }) => {
  refuseDryRun(DryRun)
  await commitPlanned(store, snapshot => {
    vpcOf(snapshot, VpcId)
    const groups = allGroups(snapshot).filter(group => group.VpcId === VpcId)
    const isUsed = allSubnets(snapshot).some(subnet => subnet.VpcId === VpcId)
    if (isUsed || groups.some(({ GroupName }) => GroupName !== 'default'))
      throw refuse('DependencyViolation', `The vpc '${VpcId}' has dependencies and cannot be deleted.`)
    return {
      changes: [vpcKey(VpcId), ...groups.map(({ GroupId }) => securityGroupKey(GroupId))].map(key => ({
        key,
        value: undefined,
      })),
      answer: undefined,
    }
  })
  return {}
}
