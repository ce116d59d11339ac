import type { ReleaseAddressRequest } from '@aws-sdk/client-ec2'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import { elasticAddressKey, publicAddressKey } from '../../resources/network.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { allAddresses } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'

export const releaseAddress: Operation<ReleaseAddressRequest, object> = async (input, { store }) => {
  const { AllocationId, PublicIp } = input
  if (AllocationId === undefined && PublicIp === undefined)
    throw refuse('MissingParameter', 'The request must contain the parameter allocationId')
  refuseDryRun(input.DryRun)
  await commitPlanned(store, snapshot => {
    const found = allAddresses(snapshot).find(
      one => one.AllocationId === AllocationId || one.PublicIp === PublicIp,
    )
    if (found === undefined)
      throw AllocationId === undefined
        ? refuse('InvalidAddress.NotFound', `Address '${PublicIp}' not found.`)
        : refuse('InvalidAllocationID.NotFound', `The allocation ID '${AllocationId}' does not exist`)
    const isUsed = snapshot
      .list<LoadBalancerDocument>('elbv2/load-balancer/')
      .some(({ value }) =>
        value.LoadBalancer.AvailabilityZones.some(({ LoadBalancerAddresses = [] }) =>
          LoadBalancerAddresses.some(one => one.AllocationId === found.AllocationId),
        ),
      )
    if (isUsed)
      throw refuse('InvalidIPAddress.InUse', `Address ${found.PublicIp} is in use by a load balancer.`)
    const keys = [elasticAddressKey(found.AllocationId), publicAddressKey(found.PublicIp)]
    return { changes: keys.map(key => ({ key, value: undefined })), answer: undefined }
  })
  return {}
}
