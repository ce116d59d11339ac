import type {
  DisassociateVPCFromHostedZoneRequest,
  DisassociateVPCFromHostedZoneResponse,
} from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { zoneOf } from './hosted-zone.ts'
import { refuse } from './refuse.ts'

/** Every zone here is public, so no VPC is associated with any. */
export const disassociateVpcFromHostedZone: Operation<
  DisassociateVPCFromHostedZoneRequest,
  DisassociateVPCFromHostedZoneResponse
> = async ({ HostedZoneId, VPC }, { store }) => {
  const { Id } = zoneOf(store.read(), HostedZoneId).HostedZone
  throw refuse(
    'VPCAssociationNotFound',
    `The VPC: ${VPC.VPCId} that you're trying to disassociate from the hosted zone ${Id} is not associated with it.`,
  )
}
