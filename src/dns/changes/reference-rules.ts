import type { PlannedChange, WorkingZone } from './planned-change.ts'
import { type Refusal, refusal } from './refusal.ts'

/** What a record set names must be there. */
export function refuseReferences({ set }: PlannedChange, { known }: WorkingZone): Refusal | undefined {
  const { HealthCheckId, CidrRoutingConfig } = set
  if (HealthCheckId !== undefined && !known.hasHealthCheck(HealthCheckId))
    return refusal('NoSuchHealthCheck', `A health check with id ${HealthCheckId} does not exist.`)
  if (CidrRoutingConfig === undefined) return undefined
  const { CollectionId = '', LocationName = '' } = CidrRoutingConfig
  const locations = known.cidrLocations(CollectionId)
  if (locations === undefined)
    return refusal('NoSuchCidrCollectionException', `The CIDR collection ${CollectionId} does not exist.`)
  if (LocationName !== '*' && !locations.has(LocationName))
    return refusal(
      'NoSuchCidrLocationException',
      `The CIDR location ${LocationName} does not exist in collection ${CollectionId}.`,
    )
  return undefined
}
