import type { DeleteSubnetRequest } from '@aws-sdk/client-ec2'
import { type PrivateAddressDocument, privateAddressPrefix, subnetKey } from '../../resources/network.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { subnetOf } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'

export const deleteSubnet: Operation<DeleteSubnetRequest, object> = async (
  { SubnetId, DryRun },
  { store },
) => {
  refuseDryRun(DryRun)
  await commitPlanned(store, snapshot => {
    subnetOf(snapshot, SubnetId)
    const addresses = snapshot.list<PrivateAddressDocument>(privateAddressPrefix)
    if (addresses.some(({ value }) => value.SubnetId === SubnetId))
      throw refuse('DependencyViolation', `The subnet '${SubnetId}' has dependencies and cannot be deleted.`)
    return { changes: [{ key: subnetKey(SubnetId), value: undefined }], answer: undefined }
  })
  return {}
}
