import type { CidrCollection, HostedZone, ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Attributes } from './load-balancing.ts'

/** Under `route53/zone/<zone id>`. `HostedZone.Name` ends with a dot. */
export interface HostedZoneDocument {
  readonly HostedZone: Pick<HostedZone, 'CallerReference' | 'Config'> & {
    readonly Id: string
    readonly Name: string
  }
  readonly Tags?: Attributes
  /** Of the reusable delegation set that it was made with. */
  readonly DelegationSetId?: string
  /** Counts the batches that the API has made of it: two at the same time must see each other. */
  readonly Batches?: number
}

/** Under `route53/zone/<zone id>/record-set/<name>/<type>/<set identifier, empty for simple>`. Names end with a dot and are lower case. */
export interface RecordSetDocument {
  readonly ResourceRecordSet: ResourceRecordSet & {
    readonly Name: string
    readonly Type: NonNullable<ResourceRecordSet['Type']>
  }
}

/** Under `route53/change/<change id>`, in the commit that made the change: its revision is what DNS servers must have applied. */
export interface ChangeDocument {
  /** ISO 8601. */
  readonly SubmittedAt: string
  readonly Comment?: string
}

/** Under `route53/delegation-set/<id>`. */
export interface DelegationSetDocument {
  readonly CallerReference: string
}

/** Under `route53/register/<what>`: written whenever one of them is made or deleted, since rules look at all of them. */
export interface RegisterDocument {
  readonly writes: number
}

export const changePrefix = 'route53/change/'
export const changeKey = (id: string): string => `${changePrefix}${id}`
export const delegationSetPrefix = 'route53/delegation-set/'
export const delegationSetKey = (id: string): string => `${delegationSetPrefix}${id}`
export const registerKey = (what: 'hosted-zone' | 'health-check' | 'delegation-set'): string =>
  `route53/register/${what}`

export const hostedZonePrefix = 'route53/zone/'
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
