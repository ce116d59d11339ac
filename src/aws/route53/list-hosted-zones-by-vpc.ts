import type { ListHostedZonesByVPCRequest, ListHostedZonesByVPCResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { pageItemsMax } from './quotas.ts'

/** Every zone here is public, so no VPC has any. */
export const listHostedZonesByVpc: Operation<
  ListHostedZonesByVPCRequest,
  ListHostedZonesByVPCResponse
> = async ({ MaxItems }) => ({
  HostedZoneSummaries: [],
  MaxItems: Math.min(Math.max(1, MaxItems ?? pageItemsMax), pageItemsMax),
})
