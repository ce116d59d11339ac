import type {
  AssociateVPCWithHostedZoneRequest,
  AssociateVPCWithHostedZoneResponse,
} from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { zoneOf } from './hosted-zone.ts'
import { refuse } from './refuse.ts'

/** Every zone here is public, and AWS refuses this for public zones. */
export const associateVpcWithHostedZone: Operation<
  AssociateVPCWithHostedZoneRequest,
  AssociateVPCWithHostedZoneResponse
> = async ({ HostedZoneId }, { store }) => {
  zoneOf(store.read(), HostedZoneId)
  throw refuse(
    'PublicZoneVPCAssociation',
    "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't support associating a VPC with a public hosted zone.",
  )
}
