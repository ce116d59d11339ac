import { type Refusal, type RefusalCode, textOf } from '../../dns/changes/refusal.ts'
import { AwsRefusal, refuser } from '../refusal.ts'

type Route53Code =
  | RefusalCode
  | 'DelegationSetAlreadyCreated'
  | 'DelegationSetAlreadyReusable'
  | 'DelegationSetInUse'
  | 'HealthCheckAlreadyExists'
  | 'HealthCheckVersionMismatch'
  | 'LimitsExceeded'
  | 'NoSuchChange'
  | 'NoSuchDelegationSet'
  | 'NoSuchGeoLocation'
  | 'NoSuchHostedZone'
  | 'PublicZoneVPCAssociation'
  | 'TooManyHealthChecks'
  | 'TooManyHostedZones'
  | 'VPCAssociationNotFound'

export const refuse = refuser<Route53Code>()

/** What the rules under dns/changes refuse, as the API says it. */
export function refusedBy(refusal: Refusal): AwsRefusal {
  return new AwsRefusal(refusal.code, textOf(refusal), { messages: refusal.messages })
}

/** Each mistake is a sentence of one InvalidInput. */
export function refuseMistakes(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw refuse('InvalidInput', mistakes.join(' '), { messages: mistakes })
}
