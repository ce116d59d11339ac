import { loadBalancerKey } from '../../resources/load-balancing.ts'
import { type SubnetDocument, subnetPrefix } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { subnetNamed } from '../elbv2/network-references.ts'
import { plannedZones, releasedAddresses } from '../elbv2/zone-addresses.ts'
import type { ClassicDocument } from './classic-balancer.ts'
import type { PlannedClassic } from './classic-change.ts'
import { refuse } from './refusal.ts'

/** The default subnet of each zone, which is meant where only the zone is named. */
export function defaultSubnets(snapshot: Snapshot, zones: readonly string[]): string[] {
  const subnets = snapshot.list<SubnetDocument>(subnetPrefix).map(({ value }) => value.Subnet)
  return [...new Set(zones)].map(zone => {
    const found = subnets.find(
      ({ AvailabilityZone, DefaultForAz }) => AvailabilityZone === zone && DefaultForAz === true,
    )
    if (found === undefined)
      throw refuse('ValidationError', `Invalid Availability Zone: ${zone}; it has no default subnet`)
    return found.SubnetId
  })
}

export const subnetsOf = ({ LoadBalancer }: ClassicDocument): string[] =>
  LoadBalancer.AvailabilityZones.map(({ SubnetId = '' }) => SubnetId)

export const zonesOf = ({ LoadBalancer }: ClassicDocument): string[] =>
  LoadBalancer.AvailabilityZones.map(({ ZoneName = '' }) => ZoneName)

/** With these subnets more; one takes the place of that which its zone has already. */
export function withSubnets(
  snapshot: Snapshot,
  document: ClassicDocument,
  given: readonly string[],
): PlannedClassic {
  const zones = new Set(given.map(id => subnetNamed(snapshot, id).AvailabilityZone))
  const kept = document.LoadBalancer.AvailabilityZones.filter(
    ({ ZoneName = '', SubnetId = '' }) => !zones.has(ZoneName) || given.includes(SubnetId),
  ).map(({ SubnetId = '' }) => SubnetId)
  return inSubnets(snapshot, document, [...new Set([...kept, ...given])])
}

/** In the subnets that are left when these go. */
export function withoutSubnets(
  snapshot: Snapshot,
  document: ClassicDocument,
  gone: readonly string[],
): PlannedClassic {
  const present = subnetsOf(document)
  const stranger = gone.find(id => !present.includes(id))
  if (stranger !== undefined)
    throw refuse(
      'InvalidConfigurationRequest',
      `The load balancer is not in '${stranger}'; it is in '${present.join(', ')}'`,
    )
  const left = present.filter(id => !gone.includes(id))
  if (left.length === 0)
    throw refuse('InvalidConfigurationRequest', 'A load balancer must be in one Availability Zone at least')
  return inSubnets(snapshot, document, left)
}

function inSubnets(
  snapshot: Snapshot,
  document: ClassicDocument,
  subnets: readonly string[],
): PlannedClassic {
  const before = document.LoadBalancer.AvailabilityZones
  const mappings = subnets.map(SubnetId => ({ SubnetId }))
  const name = document.LoadBalancer.LoadBalancerName
  const planned = plannedZones(snapshot, loadBalancerKey(name), mappings, before)
  const gone = before.filter(({ SubnetId = '' }) => !subnets.includes(SubnetId))
  const LoadBalancer = { ...document.LoadBalancer, AvailabilityZones: planned.AvailabilityZones }
  return {
    document: { ...document, LoadBalancer },
    changes: [...planned.changes, ...releasedAddresses(snapshot, gone)],
    unchanged: planned.unchanged,
  }
}
