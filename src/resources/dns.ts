import type { HostedZone, ResourceRecordSet } from '@aws-sdk/client-route-53'

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
