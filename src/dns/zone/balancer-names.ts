import { isDeepStrictEqual } from 'node:util'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'
import type { ObservedHealth } from '../routing/verdict.ts'
import { type Name, type NameKey, nameKey } from '../wire/name.ts'
import { absoluteName } from '../wire/records/absolute-name.ts'
import type { RecordData } from '../wire/records/table.ts'
import { type RecordSet, recordSetOf } from './record-set.ts'

/** A load balancer as DNS knows it. */
export interface NamedBalancer {
  readonly loadBalancer: string
  readonly name: Name
  readonly key: NameKey
  /** Its own name: addresses of the zones in DNS, or of all zones when none is (it fails open). */
  readonly addresses: readonly RecordSet[]
  /** For example `a.active.elb.demo.test.`: always that zone's address, so that one zone can be asked for by itself. */
  readonly zonal: readonly RecordSet[]
}

/** `before`: as they were named last; those that are the same still are the same objects. */
export function namedBalancers(
  resources: Snapshot,
  health: ObservedHealth,
  ttlSeconds: number,
  before: readonly NamedBalancer[] = [],
): NamedBalancer[] {
  const known = new Map(before.map(balancer => [balancer.loadBalancer, balancer]))
  return resources.list<LoadBalancerDocument>('elbv2/load-balancer/').map(({ value }) => {
    const made = namedBalancer(value, health, ttlSeconds)
    const same = known.get(made.loadBalancer)
    return same !== undefined && isDeepStrictEqual(same, made) ? same : made
  })
}

function namedBalancer(
  { LoadBalancer }: LoadBalancerDocument,
  health: ObservedHealth,
  ttlSeconds: number,
): NamedBalancer {
  const { LoadBalancerName: loadBalancer, AvailabilityZones } = LoadBalancer
  const name = absoluteName(LoadBalancer.DNSName.toLowerCase())
  const zones = AvailabilityZones.map(zone => ({
    zoneName: zone.ZoneName ?? '',
    data: (zone.LoadBalancerAddresses ?? []).flatMap(addressData),
  }))
  const inDns = zones.filter(zone => health.zone(loadBalancer, zone.zoneName).healthy)
  const answered = inDns.length === 0 ? zones : inDns
  return {
    loadBalancer,
    name,
    key: nameKey(name),
    addresses: byType(
      name,
      ttlSeconds,
      answered.flatMap(zone => zone.data),
    ),
    zonal: zones.flatMap(zone => byType(`${zone.zoneName.toLowerCase()}.${name}`, ttlSeconds, zone.data)),
  }
}

type Addresses = NonNullable<
  NonNullable<LoadBalancerDocument['LoadBalancer']['AvailabilityZones'][number]['LoadBalancerAddresses']>
>[number]

function addressData({ IpAddress, IPv6Address }: Addresses): RecordData[] {
  return [
    ...(IpAddress === undefined ? [] : [{ type: 'A', address: IpAddress } as const]),
    ...(IPv6Address === undefined ? [] : [{ type: 'AAAA', address: IPv6Address } as const]),
  ]
}

function byType(name: Name, ttlSeconds: number, data: readonly RecordData[]): RecordSet[] {
  return ['A', 'AAAA']
    .map(type =>
      recordSetOf(
        name,
        type,
        ttlSeconds,
        data.filter(one => one.type === type),
      ),
    )
    .filter(recordSet => recordSet.data.length > 0)
}
