import type { SetIpAddressTypeInput, SetIpAddressTypeOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'
import { loadBalancerOf } from './resources.ts'

export const setIpAddressType: Operation<SetIpAddressTypeInput, SetIpAddressTypeOutput> = async (
  { LoadBalancerArn, IpAddressType },
  { store },
) => {
  loadBalancerOf(store.read(), LoadBalancerArn)
  if (IpAddressType !== 'ipv4')
    throw refuse(
      'InvalidConfigurationRequest',
      `IP address type '${IpAddressType}' is not served here; use 'ipv4'`,
    )
  return { IpAddressType }
}
