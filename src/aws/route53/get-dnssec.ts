import type { GetDNSSECRequest, GetDNSSECResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { zoneOf } from './hosted-zone.ts'

/** Zones are not signed. Tools ask before they delete one: keys would be in the way. */
export const getDnssec: Operation<GetDNSSECRequest, GetDNSSECResponse> = async (
  { HostedZoneId },
  { store },
) => {
  zoneOf(store.read(), HostedZoneId)
  return { Status: { ServeSignature: 'NOT_SIGNING' }, KeySigningKeys: [] }
}
