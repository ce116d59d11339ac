import type { Change } from '@aws-sdk/client-route-53'
import { geoproximityRefusal } from '../routing/geoproximity.ts'
import { changeLimits } from './change-limits.ts'
import { type Refusal, refusal } from './refusal.ts'

/** Types of records, in the order of the API's own enumeration. */
export const recordTypes = 'SOA A TXT NS CNAME MX NAPTR PTR SRV SPF AAAA CAA DS TLSA SSHFP SVCB HTTPS'.split(
  ' ',
)
const actions = ['CREATE', 'DELETE', 'UPSERT']

/** What can be said of one change by itself, before the zone is looked at: Route 53's InvalidInput. Undefined: nothing is wrong. */
export function refuseChangeShape(change: Change, index: number): Refusal | undefined {
  const problem =
    enumerationProblem(change.Action, actions) ??
    enumerationProblem(change.ResourceRecordSet?.Type, recordTypes) ??
    numbersProblem(change, index) ??
    bodyProblem(change) ??
    policyProblem(change)
  return problem === undefined ? undefined : refusal('InvalidInput', problem)
}

function enumerationProblem(value: string | undefined, allowed: readonly string[]): string | undefined {
  if (value !== undefined && allowed.includes(value)) return undefined
  return `Invalid XML ; cvc-enumeration-valid: Value '${value ?? ''}' is not facet-valid with respect to enumeration '[${allowed.join(', ')}]'. It must be a value from the enumeration.`
}

function numbersProblem({ ResourceRecordSet: set }: Change, index: number): string | undefined {
  const at = `changeBatch.changes.${index + 1}.member.resourceRecordSet`
  const ranges = [
    ['tTL', set?.TTL, changeLimits.ttlSecondsMax],
    ['weight', set?.Weight, changeLimits.weightMax],
  ] as const
  for (const [field, value, max] of ranges) {
    if (value === undefined) continue
    if (!(value >= 0)) return constraint(value, `${at}.${field}`, 'value greater than or equal to 0')
    if (!(value <= max)) return constraint(value, `${at}.${field}`, `value less than or equal to ${max}`)
  }
  const id = set?.SetIdentifier
  if (id !== undefined && id.length === 0)
    return constraint(id, `${at}.setIdentifier`, 'length greater than or equal to 1')
  if (id !== undefined && id.length > changeLimits.setIdentifierCharactersMax)
    return constraint(
      id,
      `${at}.setIdentifier`,
      `length less than or equal to ${changeLimits.setIdentifierCharactersMax}`,
    )
  for (const [place, { Value = '' }] of (set?.ResourceRecords ?? []).entries())
    if (Value.length > changeLimits.valueCharactersEachMax)
      return constraint(
        Value,
        `${at}.resourceRecords.${place + 1}.member.value`,
        `length less than or equal to ${changeLimits.valueCharactersEachMax}`,
      )
  return undefined
}

function constraint(value: unknown, where: string, must: string): string {
  return `1 validation error detected: Value '${String(value)}' at '${where}' failed to satisfy constraint: Member must have ${must}`
}

/** Values with a TTL, or an alias. A TTL or values beside an alias are the second of two. */
function bodyProblem(change: Change): string | undefined {
  const { AliasTarget, TTL, ResourceRecords, TrafficPolicyInstanceId } = change.ResourceRecordSet ?? {}
  const hasValues = TTL !== undefined && (ResourceRecords?.length ?? 0) > 0
  const isAlias = AliasTarget !== undefined
  const bodies = [isAlias, hasValues, TrafficPolicyInstanceId !== undefined].filter(Boolean).length
  const isMixed = isAlias && (TTL !== undefined || ResourceRecords !== undefined)
  if (TrafficPolicyInstanceId !== undefined)
    return 'Traffic policy instances are not supported; write the record sets themselves'
  if (bodies === 1 && !isMixed) return undefined
  return `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${bodies === 0 ? 'none' : 'more than one'} in Change with ${described(change)}`
}

/** A routing policy and a set identifier come together. `MultiValueAnswer: false` is as good as absent. */
function policyProblem(change: Change): string | undefined {
  const set = change.ResourceRecordSet
  if (set?.GeoProximityLocation !== undefined) return `Invalid request: ${geoproximityRefusal}`
  const { Weight, Region, Failover, GeoLocation, CidrRoutingConfig, MultiValueAnswer } = set ?? {}
  const found = [
    Weight,
    Region,
    Failover,
    GeoLocation,
    CidrRoutingConfig,
    MultiValueAnswer === true || undefined,
  ].filter(one => one !== undefined).length
  if (found === (set?.SetIdentifier === undefined ? 0 : 1)) return selectorProblem(change)
  if (found === 1) return `Invalid request: Missing field 'SetIdentifier' in Change with ${described(change)}`
  return `Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found ${found === 0 ? 'none' : 'more than one'} in Change with ${described(change)}`
}

const continents = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']

function selectorProblem(change: Change): string | undefined {
  const { Failover, Region, GeoLocation, CidrRoutingConfig } = change.ResourceRecordSet ?? {}
  if (Failover !== undefined) return enumerationProblem(Failover, ['PRIMARY', 'SECONDARY'])
  // AWS knows its own regions. Here an operator has others, of the same form.
  if (Region !== undefined && !/^[a-z0-9-]{1,64}$/.test(Region))
    return `Invalid request: Region '${Region}' has other characters than a-z, 0-9 and -, in Change with ${described(change)}`
  if (
    CidrRoutingConfig !== undefined &&
    !/^(\*|[0-9A-Za-z_-]{1,16})$/.test(CidrRoutingConfig.LocationName ?? '')
  )
    return `Invalid request: LocationName must be * or 1 to 16 characters of 0-9, A-Z, a-z, _ and -, in Change with ${described(change)}`
  if (GeoLocation === undefined) return undefined
  const { ContinentCode, CountryCode, SubdivisionCode } = GeoLocation
  if ((ContinentCode === undefined) === (CountryCode === undefined))
    return `Invalid request: Expected exactly one of [ContinentCode, or CountryCode], but found ${ContinentCode === undefined ? 'none' : 'more than one'} in Change with ${described(change)}`
  if (ContinentCode !== undefined && !continents.includes(ContinentCode))
    return enumerationProblem(ContinentCode, continents)
  if (CountryCode !== undefined && !/^(\*|[A-Z]{2})$/.test(CountryCode))
    return `Invalid request: CountryCode '${CountryCode}' is no ISO 3166-1 code of two letters, nor *, in Change with ${described(change)}`
  if (SubdivisionCode === undefined) return undefined
  // Route 53 knows the states of the USA and the regions of Ukraine.
  if (!['US', 'UA'].includes(CountryCode ?? '') || !/^[A-Z0-9]{1,3}$/.test(SubdivisionCode))
    return `Invalid request: SubdivisionCode '${SubdivisionCode}' is only allowed with CountryCode US or UA, in Change with ${described(change)}`
  return undefined
}

function described({ Action, ResourceRecordSet: set }: Change): string {
  return `[Action=${Action}, Name=${set?.Name}, Type=${set?.Type}, SetIdentifier=${set?.SetIdentifier ?? 'null'}]`
}
