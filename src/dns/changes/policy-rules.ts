import { type Policy, policyOf } from '../routing/policy.ts'
import { changeLimits } from './change-limits.ts'
import { continentNames, countryName } from './place-names.ts'
import { type Fields, identityOf, type PlannedChange, setsAt, type WorkingZone } from './planned-change.ts'

/**
 * All record sets of a name and type have one policy; each of them stands for something else.
 *
 * | new        | beside it                                  |         |
 * |------------|--------------------------------------------|---------|
 * | simple     | anything                                   | refused |
 * | any policy | another policy, or simple                  | refused |
 * | failover   | the same role                              | refused |
 * | latency    | the same region                            | refused |
 * | geolocation | the same place                            | refused |
 * | IP-based   | the same location, or another collection   | refused |
 */
export function* policyProblems({ name, set }: PlannedChange, zone: WorkingZone): Iterable<string> {
  const policy = policyOf(set)
  const others = setsAt(zone, name.text).filter(
    one => one.Type === set.Type && identityOf(one) !== identityOf(set),
  )
  if (policy !== 'simple') yield* allowedTypeProblems(policy, name.text, set)
  const isMixed = others.some(other => policyOf(other) !== policy)
  if (policy === 'simple') {
    if (others.length > 0)
      yield `RRSet with DNS name ${name.text}, type ${set.Type} cannot be created as other RRSets exist with the same name and type.`
    return
  }
  const subject = subjectOf(name.text, set, policy)
  if (isMixed) {
    yield `${subject} cannot be created because a ${mixedWith[policy]}`
    return
  }
  const alike = others.filter(other => selectorOf(other) === selectorOf(set))
  if (alike.length > 0 && policy !== 'weighted' && policy !== 'multivalue')
    yield `${subject} cannot be created because another RRSet with the same name, type and ${selectorNames[policy]} already exists.`
  if (policy === 'ip-based' && others.some(other => collectionOf(other) !== collectionOf(set)))
    yield `${subject} cannot be created because an RRSet with the same name and type uses another CIDR collection.`
  if (others.length >= changeLimits.groupMax)
    yield `RRSet with DNS name ${name.text}, type ${set.Type} cannot be created because ${changeLimits.groupMax} RRSets with the same name and type exist already.`
}

function* allowedTypeProblems(policy: Policy, name: string, { Type, AliasTarget }: Fields): Iterable<string> {
  if (Type === 'NS' || Type === 'SOA' || Type === 'DS')
    yield `RRSet of type ${Type} with DNS name ${name} cannot have a routing policy.`
  if (policy === 'multivalue' && Type === 'CNAME')
    yield `RRSet of type CNAME with DNS name ${name} cannot have the multivalue answer routing policy.`
  if (policy === 'multivalue' && AliasTarget !== undefined)
    yield `RRSet of type ${Type} with DNS name ${name} cannot be an alias and have the multivalue answer routing policy.`
}

const mixedWith: Readonly<Record<Policy, string>> = {
  simple: '',
  multivalue: 'non multivalue answer rrset exists with the same name and type.',
  latency: 'non-latency RRSet with the same name and type already exists.',
  geolocation: 'non-GEO RRSet with the same name and type already exists.',
  weighted: 'non-weighted RRSet with the same name and type already exists.',
  failover: 'non-failover RRSet with the same name and type already exists.',
  'ip-based': 'non-CIDR RRSet with the same name and type already exists.',
  geoproximity: 'non-geoproximity RRSet with the same name and type already exists.',
}

const selectorNames: Readonly<Record<Policy, string>> = {
  simple: '',
  multivalue: '',
  weighted: '',
  failover: 'failover role',
  latency: 'region',
  geolocation: 'geolocation',
  'ip-based': 'CIDR location',
  geoproximity: 'location',
}

function subjectOf(name: string, set: Fields, policy: Policy): string {
  const head = `RRSet with DNS name ${name}, type ${set.Type}, SetIdentifier ${set.SetIdentifier}`
  switch (policy) {
    case 'latency':
      return `${head}, and Region Name=${set.Region}`
    case 'geolocation':
      return `${head}, and routing to [${placeOf(set)}]`
    case 'failover':
      return `${head}, and Failover=${set.Failover}`
    case 'weighted':
    case 'ip-based':
    case 'multivalue':
    case 'simple':
    case 'geoproximity':
      return head
  }
}

function placeOf({ GeoLocation }: Fields): string {
  const { ContinentCode, CountryCode = '', SubdivisionCode } = GeoLocation ?? {}
  if (ContinentCode !== undefined)
    return `continent = (${ContinentCode}, ${continentNames[ContinentCode] ?? ''})`
  const subdivision = SubdivisionCode === undefined ? '' : `, subdivision = (${SubdivisionCode})`
  return `country = (${CountryCode}, ${countryName(CountryCode)})${subdivision}`
}

function selectorOf({ Failover, Region, GeoLocation, CidrRoutingConfig }: Fields): string {
  const { ContinentCode, CountryCode, SubdivisionCode } = GeoLocation ?? {}
  return JSON.stringify([
    Failover,
    Region,
    ContinentCode,
    CountryCode,
    SubdivisionCode,
    CidrRoutingConfig?.LocationName,
  ])
}

function collectionOf({ CidrRoutingConfig }: Fields): string {
  return CidrRoutingConfig?.CollectionId ?? ''
}
