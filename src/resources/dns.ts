import type { CidrCollection, HostedZone, ResourceRecordSet } from '@aws-sdk/client-route-53'

/** Under `route53/zone/<zone id>`. `HostedZone.Name` ends with a dot. */
export interface HostedZoneDocument {
  readonly HostedZone: Pick<HostedZone, 'CallerReference' | 'Config'> & {
    readonly Id: string
    readonly Name: string
  }
}

/** Under `route53/zone/<zone id>/record-set/<name>/<type>/<set identifier, empty for simple>`. Names end with a dot and are lower case. */
export interface RecordSetDocument {
  readonly ResourceRecordSet: ResourceRecordSet & {
    readonly Name: string
    readonly Type: NonNullable<ResourceRecordSet['Type']>
  }
}

export const hostedZoneKey = (zoneId: string): string => `route53/zone/${zoneId}`
export const recordSetPrefix = (zoneId: string): string => `route53/zone/${zoneId}/record-set/`
export const recordSetKey = (zoneId: string, name: string, type: string, setIdentifier = ''): string =>
  `${recordSetPrefix(zoneId)}${name}/${type}/${setIdentifier}`

/** Hosted zone in which every balancer's own name lives; alias targets name it. */
export const balancerZoneId = 'ZEVERPORTELB'

/** Under `route53/cidr-collection/<id>`: networks by location, for IP-based routing. */
export interface CidrCollectionDocument {
  readonly CidrCollection: Pick<CidrCollection, 'Name' | 'Version'> & { readonly Id: string }
  /** By location name; blocks as `192.0.2.0/24`. */
  readonly Locations: Readonly<Record<string, readonly string[]>>
}

export const cidrCollectionPrefix = 'route53/cidr-collection/'
export const cidrCollectionKey = (id: string): string => `${cidrCollectionPrefix}${id}`

/** Under `dns/latency`: how far clients are from each region, for latency routing. AWS measures it; here the operator says it. */
export interface LatencyDocument {
  readonly networks: readonly {
    /** For example `192.0.2.0/24`. */
    readonly network: string
    /** By region, as record sets name it. */
    readonly milliseconds: Readonly<Record<string, number>>
  }[]
  /** For everybody else: as the regions look from the servers, for example. */
  readonly otherwise?: Readonly<Record<string, number>>
}

export const latencyKey = 'dns/latency'
