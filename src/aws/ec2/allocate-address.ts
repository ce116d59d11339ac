import type { AllocateAddressRequest, AllocateAddressResult } from '@aws-sdk/client-ec2'
import { elasticAddressKey, publicAddressKey } from '../../resources/network.ts'
import { freeAddress, takenAddresses } from '../../topology/free-address.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { newEc2Id } from './identifiers.ts'
import { ec2Limits } from './limits.ts'
import { allAddresses, type KnownAddress } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'
import { specifiedTags } from './tags.ts'

/** Of this machine, outside the default VPC: an address that stays when the load balancer that has it is made anew. */
const elasticNetwork = '127.1.0.0/24'

export const allocateAddress: Operation<AllocateAddressRequest, AllocateAddressResult> = async (
  input,
  { store, random, region },
) => {
  const Tags = specifiedTags(input.TagSpecifications, 'elastic-ip')
  refuseDryRun(input.DryRun)
  const { answer } = await commitPlanned(store, snapshot => {
    const known = allAddresses(snapshot)
    const taken = new Set([...takenAddresses(snapshot), ...known.map(({ PublicIp }) => PublicIp)])
    const free = input.Address ?? freeAddress(elasticNetwork, taken)
    if (known.length >= ec2Limits.elasticAddressesMax || free === undefined)
      throw refuse('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
    if (taken.has(free)) throw refuse('InvalidIPAddress.InUse', `The address '${free}' is in use.`)
    if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(free))
      throw refuse('InvalidParameterValue', `Value (${free}) for parameter address is invalid.`)
    const AllocationId = newEc2Id('eipalloc', random)
    const Address: KnownAddress = {
      AllocationId,
      PublicIp: free,
      Domain: 'vpc',
      NetworkBorderGroup: region,
      PublicIpv4Pool: 'amazon',
      Tags,
    }
    return {
      changes: [
        { key: elasticAddressKey(AllocationId), value: { Address } },
        { key: publicAddressKey(free), value: { AllocationId } },
      ],
      answer: Address,
    }
  })
  const { AllocationId, PublicIp, Domain, NetworkBorderGroup, PublicIpv4Pool } = answer
  return { AllocationId, PublicIp, Domain, NetworkBorderGroup, PublicIpv4Pool }
}
