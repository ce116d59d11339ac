import type { SetSubnetsInput, SetSubnetsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, loadBalancerOf } from './resources.ts'
import { checkMappings, mappingsOf, plannedZones, releasedAddresses } from './zone-addresses.ts'

/** Zones that stay keep their addresses. */
export const setSubnets: Operation<SetSubnetsInput, SetSubnetsOutput> = async (input, { store }) => {
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
    throw refuse(
      'InvalidConfigurationRequest',
      `IP address type '${input.IpAddressType}' is not served here; use 'ipv4'`,
    )
  const mappings = mappingsOf(input)
  const { answer } = await commitPlanned(store, snapshot => {
    const { key, value } = loadBalancerOf(snapshot, input.LoadBalancerArn)
    checkMappings(balancerTypeOf(value), mappings)
    const before = value.LoadBalancer.AvailabilityZones
    const planned = plannedZones(snapshot, key, mappings, before)
    const gone = before.filter(({ SubnetId }) => !mappings.some(mapping => mapping.SubnetId === SubnetId))
    const LoadBalancer = { ...value.LoadBalancer, AvailabilityZones: planned.AvailabilityZones }
    return {
      changes: [
        { key, value: { ...value, LoadBalancer } },
        ...planned.changes,
        ...releasedAddresses(snapshot, gone),
      ],
      unchanged: planned.unchanged,
      answer: planned.AvailabilityZones,
    }
  })
  return { AvailabilityZones: answer, IpAddressType: 'ipv4' }
}
