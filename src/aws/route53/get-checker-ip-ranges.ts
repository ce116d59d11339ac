import type { GetCheckerIpRangesRequest, GetCheckerIpRangesResponse } from '@aws-sdk/client-route-53'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Operation } from '../operation.ts'

/** The health checkers are the DNS servers. */
export const getCheckerIpRanges: Operation<GetCheckerIpRangesRequest, GetCheckerIpRangesResponse> = async (
  _input,
  { store },
) => {
  const addresses = store.read().get<TopologySettings>(topologySettingsKey)?.value.dns.addresses ?? []
  return { CheckerIpRanges: addresses.map(address => `${address}/${address.includes(':') ? 128 : 32}`) }
}
