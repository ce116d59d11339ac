import type { DelegationSet, HostedZone, ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Fields, KnownResources } from '../../dns/changes/planned-change.ts'
import {
  type CidrCollectionDocument,
  cidrCollectionKey,
  delegationSetKey,
  type HostedZoneDocument,
  hostedZoneKey,
  hostedZonePrefix,
  type RecordSetDocument,
  recordSetPrefix,
} from '../../resources/dns.ts'
import { healthCheckKey } from '../../resources/health-checks.ts'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import { bareId } from './identifiers.ts'
import { refuse } from './refuse.ts'

/** By a request's id, with or without `/hostedzone/`. */
export function zoneOf(snapshot: Snapshot, id: string): HostedZoneDocument {
  const bare = bareId(id, 'hostedzone')
  const found = snapshot.get<HostedZoneDocument>(hostedZoneKey(bare))
  if (found === undefined) throw refuse('NoSuchHostedZone', `No hosted zone found with ID: ${bare}`)
  return found.value
}

/** In the order of their ids. */
export function allZones(snapshot: Snapshot): HostedZoneDocument[] {
  return snapshot
    .list<HostedZoneDocument>(hostedZonePrefix)
    .filter(({ key }) => !key.includes('/record-set/'))
    .map(({ value }) => value)
}

export function recordSetsOf(snapshot: Snapshot, zoneId: string): Fields[] {
  return snapshot.list<RecordSetDocument>(recordSetPrefix(zoneId)).map(({ value }) => value.ResourceRecordSet)
}

/** As the API shows it. */
export function shownZone(snapshot: Snapshot, { HostedZone: zone }: HostedZoneDocument): HostedZone {
  return {
    Id: `/hostedzone/${zone.Id}`,
    Name: zone.Name,
    CallerReference: zone.CallerReference ?? '',
    Config: { ...zone.Config, PrivateZone: false },
    ResourceRecordSetCount: snapshot.list(recordSetPrefix(zone.Id)).length,
  }
}

/**
 * Without final dots, as the API shows them. Our servers all answer for every zone; the names are those of the topology's own zone, which
 * has their addresses.
 */
export function nameServers(snapshot: Snapshot): string[] {
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  const count = Math.max(1, settings?.dns.addresses.length ?? 0)
  return Array.from({ length: count }, (_, index) => `ns${index + 1}.${settings?.domain ?? domainDefault}`)
}

/** Of an account that no topology has given one. */
const domainDefault = 'everport.test'

export function shownDelegationSet(
  snapshot: Snapshot,
  { HostedZone: zone, DelegationSetId }: HostedZoneDocument,
): DelegationSet {
  const authority = recordSetsOf(snapshot, zone.Id).find(
    ({ Name, Type }) => Name === zone.Name && Type === 'NS',
  )
  const named = (authority?.ResourceRecords ?? []).map(({ Value = '' }) => Value.replace(/\.$/, ''))
  return {
    ...delegationSetId(DelegationSetId),
    NameServers: DelegationSetId === undefined && named.length > 0 ? named : nameServers(snapshot),
  }
}

function delegationSetId(id: string | undefined): { Id?: string } {
  return id === undefined ? {} : { Id: `/delegationset/${id}` }
}

/** Keys that stand for what a zone's record sets refer to. */
export function referredKeys({ HealthCheckId, CidrRoutingConfig }: Partial<ResourceRecordSet>): string[] {
  return [
    ...(HealthCheckId === undefined ? [] : [healthCheckKey(HealthCheckId)]),
    ...(CidrRoutingConfig?.CollectionId === undefined
      ? []
      : [cidrCollectionKey(CidrRoutingConfig.CollectionId)]),
  ]
}

export function knownResources(snapshot: Snapshot): KnownResources {
  const balancers = new Set(
    snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/').flatMap(({ value: { LoadBalancer } }) => {
      const name = LoadBalancer.DNSName.toLowerCase()
      return [
        name,
        ...LoadBalancer.AvailabilityZones.map(({ ZoneName = '' }) => `${ZoneName.toLowerCase()}.${name}`),
      ]
    }),
  )
  return {
    hasHealthCheck: id => snapshot.get(healthCheckKey(id)) !== undefined,
    hasBalancer: name => balancers.has(name.toLowerCase()),
    cidrLocations(id) {
      const found = snapshot.get<CidrCollectionDocument>(cidrCollectionKey(id))?.value
      return found === undefined ? undefined : new Set(Object.keys(found.Locations))
    },
  }
}

/** The id of a delegation set that is there. */
export function delegationSetOf(snapshot: Snapshot, given: string): string {
  const id = bareId(given, 'delegationset')
  if (snapshot.get(delegationSetKey(id)) === undefined)
    throw refuse('NoSuchDelegationSet', `The delegation set ${id} does not exist.`)
  return id
}
