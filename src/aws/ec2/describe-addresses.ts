import type { DescribeAddressesRequest, DescribeAddressesResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allAddresses } from './network.ts'
import { namedOnly } from './page.ts'
import { refuse } from './refuse.ts'

export const describeAddresses: Operation<DescribeAddressesRequest, DescribeAddressesResult> = async (
  { AllocationIds, PublicIps, Filters },
  { store },
) => {
  const byId = namedOnly(
    allAddresses(store.read()),
    AllocationIds,
    one => one.AllocationId,
    gone => refuse('InvalidAllocationID.NotFound', `The allocation ID '${gone.join(', ')}' does not exist`),
  )
  const named = namedOnly(
    byId,
    PublicIps,
    one => one.PublicIp,
    gone => refuse('InvalidAddress.NotFound', `Address '${gone.join(', ')}' not found.`),
  )
  return {
    Addresses: filtered(named, Filters, {
      'allocation-id': one => [one.AllocationId],
      'public-ip': one => [one.PublicIp],
      domain: one => [one.Domain],
    }),
  }
}
