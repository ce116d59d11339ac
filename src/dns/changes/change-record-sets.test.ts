import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change, ChangeAction, ChangeBatch, ResourceRecordSet } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { balancerZoneId } from '../../resources/dns.ts'
import { type AcceptedChanges, changeRecordSets, type ZoneContents } from './change-record-sets.ts'
import { defaultRecordSets } from './hosted-zones.ts'
import { type Fields, identityOf, type KnownResources } from './planned-change.ts'
import { type Refusal, textOf } from './refusal.ts'

const zoneId = 'Z1'
const zone = { Id: zoneId, Name: 'x.test.', CallerReference: 'test' }
const known: KnownResources = {
  hasHealthCheck: id => id === 'hc',
  hasBalancer: name => name === 'active.elb.x.test',
  cidrLocations: id =>
    id === 'cidr' ? new Set(['here', 'there']) : id === 'other' ? new Set(['here']) : undefined,
}
const defaults = defaultRecordSets('x.test.', ['ns1.x.test'])

function set(
  Name: string,
  Type: string,
  values: readonly string[],
  more: Partial<ResourceRecordSet> = {},
): Fields {
  return { Name, Type, TTL: 60, ResourceRecords: values.map(Value => ({ Value })), ...more } as Fields
}
const a = (Name: string, more: Partial<ResourceRecordSet> = {}): Fields => set(Name, 'A', ['192.0.2.1'], more)
const alias = (
  Name: string,
  DNSName: string,
  more: Partial<ResourceRecordSet> = {},
  HostedZoneId = zoneId,
): Fields =>
  ({ Name, Type: 'A', AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: true }, ...more }) as Fields
const member = (SetIdentifier: string, more: Partial<ResourceRecordSet>): Fields =>
  a('p.x.test.', { SetIdentifier, ...more })

const change = (Action: ChangeAction, ResourceRecordSet: Fields): Change => ({ Action, ResourceRecordSet })
const create = (one: Fields): Change => change('CREATE', one)
const upsert = (one: Fields): Change => change('UPSERT', one)
const remove = (one: Fields): Change => change('DELETE', one)

function contents(...there: readonly Fields[]): ZoneContents {
  return { zone, recordSets: [...defaults, ...there], known }
}
function apply(there: readonly Fields[], ...changes: Change[]): AcceptedChanges | Refusal {
  return changeRecordSets(contents(...there), { Changes: changes })
}
function told(outcome: AcceptedChanges | Refusal): string {
  return outcome.kind === 'accepted' ? 'accepted' : `${outcome.code}: ${textOf(outcome)}`
}

/** Each sentence that Route 53 is known to say, or that stands in for one. */
const refused: readonly [
  title: string,
  there: readonly Fields[],
  changes: readonly Change[],
  says: string,
][] = [
  [
    'CREATE of what there is',
    [a('w.x.test.')],
    [create(a('w.x.test'))],
    "InvalidChangeBatch: [Tried to create resource record set [name='w.x.test.', type='A'] but it already exists]",
  ],
  [
    'CREATE of a member there is',
    [member('1', { Weight: 1 })],
    [create(member('1', { Weight: 1 }))],
    "InvalidChangeBatch: [Tried to create resource record set [name='p.x.test.', type='A', set identifier='1'] but it already exists]",
  ],
  [
    'DELETE of what there is not',
    [],
    [remove(a('w.x.test.'))],
    "InvalidChangeBatch: [Tried to delete resource record set [name='w.x.test.', type='A'] but it was not found]",
  ],
  [
    'DELETE with another TTL',
    [a('w.x.test.')],
    [remove(a('w.x.test.', { TTL: 61 }))],
    "InvalidChangeBatch: [Tried to delete resource record set [name='w.x.test.', type='A'] but the values provided do not match the current values]",
  ],
  [
    'DELETE with another value',
    [a('w.x.test.')],
    [remove(set('w.x.test.', 'A', ['192.0.2.2']))],
    "InvalidChangeBatch: [Tried to delete resource record set [name='w.x.test.', type='A'] but the values provided do not match the current values]",
  ],
  [
    'outside the zone',
    [],
    [create(a('w.y.test.'))],
    'InvalidChangeBatch: [RRSet with DNS name w.y.test. is not permitted in zone x.test.]',
  ],
  [
    'two that are wrong: both are told',
    [],
    [create(a('w.y.test.')), create(a('v.y.test.'))],
    'InvalidChangeBatch: [RRSet with DNS name w.y.test. is not permitted in zone x.test., RRSet with DNS name v.y.test. is not permitted in zone x.test.]',
  ],
  [
    'simple beside a policy',
    [member('1', { Weight: 1 })],
    [create(a('p.x.test.'))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A cannot be created as other RRSets exist with the same name and type.]',
  ],
  [
    'multivalue beside simple',
    [a('p.x.test.')],
    [create(member('1', { MultiValueAnswer: true }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 1 cannot be created because a non multivalue answer rrset exists with the same name and type.]',
  ],
  [
    'latency beside weighted',
    [member('1', { Weight: 1 })],
    [create(member('2', { Region: 'eu-west-2' }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 2, and Region Name=eu-west-2 cannot be created because a non-latency RRSet with the same name and type already exists.]',
  ],
  [
    'geolocation beside latency',
    [member('1', { Region: 'eu-west-2' })],
    [create(member('2', { GeoLocation: { ContinentCode: 'NA' } }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 2, and routing to [continent = (NA, North America)] cannot be created because a non-GEO RRSet with the same name and type already exists.]',
  ],
  [
    'a second region',
    [member('1', { Region: 'eu-west-2' })],
    [create(member('2', { Region: 'eu-west-2' }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 2, and Region Name=eu-west-2 cannot be created because another RRSet with the same name, type and region already exists.]',
  ],
  [
    'a second country',
    [member('1', { GeoLocation: { CountryCode: 'DE' } })],
    [create(member('2', { GeoLocation: { CountryCode: 'DE' } }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 2, and routing to [country = (DE, Germany)] cannot be created because another RRSet with the same name, type and geolocation already exists.]',
  ],
  [
    'a second PRIMARY',
    [member('1', { Failover: 'PRIMARY', HealthCheckId: 'hc' })],
    [create(member('2', { Failover: 'PRIMARY', HealthCheckId: 'hc' }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 2, and Failover=PRIMARY cannot be created because another RRSet with the same name, type and failover role already exists.]',
  ],
  [
    'PRIMARY and SECONDARY changing places by two UPSERTs',
    [member('1', { Failover: 'PRIMARY', HealthCheckId: 'hc' }), member('2', { Failover: 'SECONDARY' })],
    [
      upsert(member('1', { Failover: 'SECONDARY' })),
      upsert(member('2', { Failover: 'PRIMARY', HealthCheckId: 'hc' })),
    ],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 1, and Failover=SECONDARY cannot be created because another RRSet with the same name, type and failover role already exists., RRSet with DNS name p.x.test., type A, SetIdentifier 2, and Failover=PRIMARY cannot be created because another RRSet with the same name, type and failover role already exists.]',
  ],
  [
    'another collection',
    [member('1', { CidrRoutingConfig: { CollectionId: 'cidr', LocationName: 'there' } })],
    [create(member('2', { CidrRoutingConfig: { CollectionId: 'other', LocationName: 'here' } }))],
    'InvalidChangeBatch: [RRSet with DNS name p.x.test., type A, SetIdentifier 2 cannot be created because an RRSet with the same name and type uses another CIDR collection.]',
  ],
  [
    'weights with two TTLs',
    [member('1', { Weight: 1 })],
    [create(member('2', { Weight: 1, TTL: 5 }))],
    'InvalidChangeBatch: [RRSets with DNS name p.x.test., type A are weighted and must have the same TTL.]',
  ],
  [
    'a policy for NS',
    [],
    [create(set('p.x.test.', 'NS', ['ns.x.test.'], { SetIdentifier: '1', Weight: 1 }))],
    'InvalidChangeBatch: [RRSet of type NS with DNS name p.x.test. cannot have a routing policy.]',
  ],
  [
    'a multivalue alias',
    [a('w.x.test.')],
    [create(alias('p.x.test.', 'w.x.test.', { SetIdentifier: '1', MultiValueAnswer: true }))],
    'InvalidChangeBatch: [RRSet of type A with DNS name p.x.test. cannot be an alias and have the multivalue answer routing policy.]',
  ],
  [
    'a CNAME beside others',
    [a('w.x.test.')],
    [create(set('w.x.test.', 'CNAME', ['v.test.']))],
    'InvalidChangeBatch: [RRSet of type CNAME with DNS name w.x.test. is not permitted as it conflicts with other records with the same DNS name in zone x.test.]',
  ],
  [
    'others beside a CNAME',
    [set('w.x.test.', 'CNAME', ['v.test.'])],
    [create(a('w.x.test.'))],
    'InvalidChangeBatch: [RRSet of type A with DNS name w.x.test. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone x.test.]',
  ],
  [
    'a CNAME at the apex',
    [],
    [create(set('x.test.', 'CNAME', ['v.test.']))],
    'InvalidChangeBatch: [RRSet of type CNAME with DNS name x.test. is not permitted at apex in zone x.test., RRSet of type CNAME with DNS name x.test. is not permitted as it conflicts with other records with the same DNS name in zone x.test.]',
  ],
  [
    'a CNAME with two values',
    [],
    [create(set('w.x.test.', 'CNAME', ['v.test.', 'u.test.']))],
    'InvalidChangeBatch: [RRSet of type CNAME with DNS name w.x.test. must have exactly one value]',
  ],
  [
    'a SOA elsewhere',
    [],
    [create(set('w.x.test.', 'SOA', ['ns1.x.test. h.x.test. 1 2 3 4 5']))],
    'InvalidChangeBatch: [RRSet of type SOA with DNS name w.x.test. is not permitted because it is not at the apex of zone x.test.]',
  ],
  [
    'a wildcard NS',
    [],
    [create(set('*.w.x.test.', 'NS', ['ns.x.test.']))],
    'InvalidChangeBatch: [RRSet of type NS with DNS name \\052.w.x.test. is not permitted because it is a wildcard in zone x.test.]',
  ],
  [
    'DELETE of SOA and NS',
    [],
    defaults.map(remove),
    'InvalidChangeBatch: [A HostedZone must contain exactly one SOA record., A HostedZone must contain at least one NS record for the zone itself.]',
  ],
  [
    'an alias out of the zone',
    [],
    [create(alias('w.x.test.', 'v.y.test.'))],
    'InvalidChangeBatch: [Tried to create an alias that targets v.y.test., type A in zone Z1, but the alias target name does not lie within the target zone]',
  ],
  [
    'an alias of another hosted zone',
    [],
    [create(alias('w.x.test.', 'v.x.test.', {}, 'Z2'))],
    'InvalidChangeBatch: [Tried to create an alias that targets v.x.test., type A in zone Z2, but the alias target name does not lie within the target zone]',
  ],
  [
    'an alias to nothing',
    [set('v.x.test.', 'TXT', ['"x"'])],
    [create(alias('w.x.test.', 'v.x.test.'))],
    'InvalidChangeBatch: [Tried to create an alias that targets v.x.test., type A in zone Z1, but that target was not found]',
  ],
  [
    'an alias before its target in one batch',
    [],
    [create(alias('w.x.test.', 'v.x.test.')), create(a('v.x.test.'))],
    'InvalidChangeBatch: [Tried to create an alias that targets v.x.test., type A in zone Z1, but that target was not found]',
  ],
  [
    'an alias to itself',
    [],
    [create(alias('w.x.test.', 'W.x.test.'))],
    'InvalidChangeBatch: [Tried to create an alias that targets w.x.test., type A in zone Z1, but that target leads back to the alias]',
  ],
  [
    'a circle of aliases',
    [a('w.x.test.'), alias('v.x.test.', 'w.x.test.'), alias('u.x.test.', 'v.x.test.')],
    [upsert(alias('w.x.test.', 'u.x.test.'))],
    'InvalidChangeBatch: [Tried to create an alias that targets u.x.test., type A in zone Z1, but that target leads back to the alias]',
  ],
  [
    'an alias to a load balancer that is none',
    [],
    [create(alias('w.x.test.', 'gone.elb.x.test.', {}, balancerZoneId))],
    `InvalidChangeBatch: [Tried to create an alias that targets gone.elb.x.test., type A in zone ${balancerZoneId}, but that target was not found]`,
  ],
  [
    'a TXT alias to a load balancer',
    [],
    [create({ ...alias('w.x.test.', 'active.elb.x.test.', {}, balancerZoneId), Type: 'TXT' })],
    `InvalidChangeBatch: [Tried to create an alias that targets active.elb.x.test., type TXT in zone ${balancerZoneId}, but that target was not found]`,
  ],
  [
    'a primary that nobody checks',
    [],
    [create(member('1', { Failover: 'PRIMARY' }))],
    'InvalidChangeBatch: [A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]',
  ],
  [
    'a primary alias that looks at nothing',
    [a('w.x.test.')],
    [
      create({
        ...alias('p.x.test.', 'w.x.test.', { SetIdentifier: '1', Failover: 'PRIMARY' }),
        AliasTarget: { HostedZoneId: zoneId, DNSName: 'w.x.test', EvaluateTargetHealth: false },
      }),
    ],
    'InvalidChangeBatch: [An alias primary ResourceRecordSet must evaluate target health or have an associated health check. No changes made.]',
  ],
  [
    'no IPv4 address',
    [],
    [create(set('w.x.test.', 'A', ['x']))],
    "InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'x'']",
  ],
  [
    'no IPv6 address',
    [],
    [create(set('w.x.test.', 'AAAA', ['x']))],
    "InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with 'x'']",
  ],
  [
    'a text without quotes',
    [],
    [create(set('w.x.test.', 'TXT', ['x']))],
    "InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'x'']",
  ],
  [
    'a value twice',
    [],
    [create(set('w.x.test.', 'A', ['192.0.2.1', '192.0.2.1']))],
    "InvalidChangeBatch: [Duplicate Resource Record: '192.0.2.1']",
  ],
  [
    'no name',
    [],
    [create(a(''))],
    "InvalidChangeBatch: [FATAL problem: DomainNameEmpty (Domain name is empty) encountered with '']",
  ],
  [
    'a name with a blank',
    [],
    [create(a('w v.x.test.'))],
    "InvalidChangeBatch: [FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with ' ']",
  ],
  [
    'an empty label',
    [],
    [create(a('w..x.test.'))],
    "InvalidChangeBatch: [FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'w..x.test.']",
  ],
  [
    'the same change twice',
    [],
    [upsert(a('w.x.test.')), upsert(a('w.x.test.'))],
    "InvalidChangeBatch: [The request contains an invalid set of changes for a resource record set 'A w.x.test.']",
  ],
  [
    'a health check that is none',
    [],
    [create(a('w.x.test.', { HealthCheckId: 'gone' }))],
    'NoSuchHealthCheck: A health check with id gone does not exist.',
  ],
  [
    'a collection that is none',
    [],
    [create(member('1', { CidrRoutingConfig: { CollectionId: 'gone', LocationName: '*' } }))],
    'NoSuchCidrCollectionException: The CIDR collection gone does not exist.',
  ],
  [
    'a location that is none',
    [],
    [create(member('1', { CidrRoutingConfig: { CollectionId: 'cidr', LocationName: 'gone' } }))],
    'NoSuchCidrLocationException: The CIDR location gone does not exist in collection cidr.',
  ],
  [
    'another action',
    [],
    [change('X' as ChangeAction, a('w.x.test.'))],
    "InvalidInput: Invalid XML ; cvc-enumeration-valid: Value 'X' is not facet-valid with respect to enumeration '[CREATE, DELETE, UPSERT]'. It must be a value from the enumeration.",
  ],
  [
    'another type',
    [],
    [create(set('w.x.test.', 'HINFO', ['x y']))],
    "InvalidInput: Invalid XML ; cvc-enumeration-valid: Value 'HINFO' is not facet-valid with respect to enumeration '[SOA, A, TXT, NS, CNAME, MX, NAPTR, PTR, SRV, SPF, AAAA, CAA, DS, TLSA, SSHFP, SVCB, HTTPS]'. It must be a value from the enumeration.",
  ],
  [
    'no body',
    [],
    [create({ Name: 'w.x.test.', Type: 'A' })],
    'InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=w.x.test., Type=A, SetIdentifier=null]',
  ],
  [
    'an alias with values',
    [],
    [create({ ...a('w.x.test.'), ...alias('w.x.test.', 'v.x.test.') })],
    'InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with [Action=CREATE, Name=w.x.test., Type=A, SetIdentifier=null]',
  ],
  [
    'a set identifier without a policy',
    [],
    [upsert(a('w.x.test.', { SetIdentifier: '1' }))],
    'InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=UPSERT, Name=w.x.test., Type=A, SetIdentifier=1]',
  ],
  [
    'MultiValueAnswer false is no policy',
    [],
    [upsert(a('w.x.test.', { SetIdentifier: '1', MultiValueAnswer: false }))],
    'InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=UPSERT, Name=w.x.test., Type=A, SetIdentifier=1]',
  ],
  [
    'two policies',
    [],
    [create(member('1', { Weight: 1, Region: 'eu-west-1' }))],
    'InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found more than one in Change with [Action=CREATE, Name=p.x.test., Type=A, SetIdentifier=1]',
  ],
  [
    'a policy without a set identifier',
    [],
    [create(a('p.x.test.', { Weight: 1 }))],
    "InvalidInput: Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=p.x.test., Type=A, SetIdentifier=null]",
  ],
  [
    'a TTL below 0',
    [],
    [create(a('w.x.test.', { TTL: -1 }))],
    "InvalidInput: 1 validation error detected: Value '-1' at 'changeBatch.changes.1.member.resourceRecordSet.tTL' failed to satisfy constraint: Member must have value greater than or equal to 0",
  ],
  [
    'a TTL above 2^31 - 1',
    [],
    [create(a('w.x.test.', { TTL: 2_147_483_648 }))],
    "InvalidInput: 1 validation error detected: Value '2147483648' at 'changeBatch.changes.1.member.resourceRecordSet.tTL' failed to satisfy constraint: Member must have value less than or equal to 2147483647",
  ],
  [
    'a weight above 255',
    [],
    [create(member('1', { Weight: 256 }))],
    "InvalidInput: 1 validation error detected: Value '256' at 'changeBatch.changes.1.member.resourceRecordSet.weight' failed to satisfy constraint: Member must have value less than or equal to 255",
  ],
  [
    'a continent and a country',
    [],
    [create(member('1', { GeoLocation: { ContinentCode: 'EU', CountryCode: 'DE' } }))],
    'InvalidInput: Invalid request: Expected exactly one of [ContinentCode, or CountryCode], but found more than one in Change with [Action=CREATE, Name=p.x.test., Type=A, SetIdentifier=1]',
  ],
  [
    'a subdivision of Germany',
    [],
    [create(member('1', { GeoLocation: { CountryCode: 'DE', SubdivisionCode: 'BE' } }))],
    "InvalidInput: Invalid request: SubdivisionCode 'BE' is only allowed with CountryCode US or UA, in Change with [Action=CREATE, Name=p.x.test., Type=A, SetIdentifier=1]",
  ],
  [
    'geoproximity',
    [],
    [create(member('1', { GeoProximityLocation: { AWSRegion: 'eu-west-1' } }))],
    'InvalidInput: Invalid request: geoproximity routing is not supported; use geolocation, latency or IP-based routing',
  ],
  ['no change', [], [], 'InvalidInput: Invalid request: a change batch needs one change or more'],
]

for (const [title, there, changes, says] of refused) {
  test(`refused: ${title}`, () => assert.equal(told(apply(there, ...changes)), says))
}

const allowed: readonly [title: string, there: readonly Fields[], changes: readonly Change[]][] = [
  ['another type at the name', [a('w.x.test.')], [create(set('w.x.test.', 'TXT', ['"x"']))]],
  [
    'a policy beside another type',
    [a('w.x.test.')],
    [create(set('w.x.test.', 'TXT', ['"x"'], { SetIdentifier: '1', Weight: 1 }))],
  ],
  ['a target and then its alias', [], [create(a('v.x.test.')), create(alias('w.x.test.', 'v.x.test.'))]],
  [
    'an alias to a load balancer, as the console writes it',
    [],
    [create(alias('w.x.test.', 'dualstack.active.elb.x.test', {}, balancerZoneId))],
  ],
  [
    'DELETE with the values in another order',
    [set('w.x.test.', 'A', ['192.0.2.1', '192.0.2.2'])],
    [remove(set('w.x.test.', 'A', ['192.0.2.2', '192.0.2.1']))],
  ],
  [
    'DELETE and CREATE of one record set',
    [a('w.x.test.')],
    [remove(a('w.x.test.')), create(a('w.x.test.', { TTL: 1 }))],
  ],
  [
    'simple to weighted in one batch',
    [a('p.x.test.')],
    [remove(a('p.x.test.')), create(member('1', { Weight: 1 }))],
  ],
  [
    'A to CNAME in one batch',
    [a('w.x.test.')],
    [remove(a('w.x.test.')), create(set('w.x.test.', 'CNAME', ['v.test.']))],
  ],
  [
    'both TTLs of a weighted pair',
    [member('1', { Weight: 1 }), member('2', { Weight: 1 })],
    [upsert(member('1', { Weight: 1, TTL: 5 })), upsert(member('2', { Weight: 1, TTL: 5 }))],
  ],
  [
    'PRIMARY and SECONDARY changing places by DELETE and CREATE',
    [member('1', { Failover: 'PRIMARY', HealthCheckId: 'hc' }), member('2', { Failover: 'SECONDARY' })],
    [
      remove(member('1', { Failover: 'PRIMARY', HealthCheckId: 'hc' })),
      remove(member('2', { Failover: 'SECONDARY' })),
      create(member('1', { Failover: 'SECONDARY' })),
      create(member('2', { Failover: 'PRIMARY', HealthCheckId: 'hc' })),
    ],
  ],
  ['a secondary that nobody checks', [], [create(member('2', { Failover: 'SECONDARY' }))]],
  ['a new SOA', [], [upsert(set('x.test.', 'SOA', ['ns1.x.test. h.x.test. 2 7200 900 1209600 300']))]],
  ['a delegation', [], [create(set('sub.x.test.', 'NS', ['ns.sub.x.test.'])), create(a('ns.sub.x.test.'))]],
  ['a wildcard', [], [create(a('*.x.test.'))]],
  [
    'TTL 0 and TTL 2^31 - 1',
    [],
    [create(a('w.x.test.', { TTL: 0 })), create(a('v.x.test.', { TTL: 2_147_483_647 }))],
  ],
]

for (const [title, there, changes] of allowed) {
  test(`accepted: ${title}`, () => assert.equal(told(apply(there, ...changes)), 'accepted'))
}

test('names are stored in lower case, absolute, with \\ooo', () => {
  const outcome = apply(
    [],
    create(a('WWW.X.test')),
    create(a('*.X.test')),
    create(a('a\\100b!.x.test.')),
    create(a('_v.x.test')),
  )
  assert.ok(outcome.kind === 'accepted')
  assert.deepEqual(
    outcome.changes.map(({ key }) => key),
    ['www', '\\052', 'a\\100b\\041', '_v'].map(label => `route53/zone/Z1/record-set/${label}.x.test./A/`),
  )
})

test('a batch that is refused changes nothing, and an accepted one gives just its own documents', () => {
  const there = contents(a('v.x.test.'), a('w.x.test.'))
  const before = structuredClone(there.recordSets)
  const batch: ChangeBatch = { Changes: [create(a('u.x.test.')), remove(a('w.x.test.'))] }
  const accepted = changeRecordSets(there, batch)
  assert.ok(accepted.kind === 'accepted')
  assert.deepEqual(accepted.changes, [
    { key: 'route53/zone/Z1/record-set/u.x.test./A/', value: { ResourceRecordSet: a('u.x.test.') } },
    { key: 'route53/zone/Z1/record-set/w.x.test./A/', value: undefined },
  ])
  assert.equal(accepted.recordSets.length, there.recordSets.length)
  assert.equal(
    changeRecordSets(there, { Changes: [...(batch.Changes ?? []), create(a('y.'))] }).kind,
    'refused',
  )
  assert.deepEqual(there.recordSets, before)
})

const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
const limit = (code: string) => `InvalidChangeBatch: [Number of ${code} exceeded.]`

test('1,000 records in a request; UPSERT counts twice', () => {
  const sets = (count: number) =>
    Array.from({ length: count }, (_, i) => set(`n${i}.x.test.`, 'A', addresses(100)))
  assert.equal(told(apply([], ...sets(10).map(create))), 'accepted')
  assert.equal(
    told(apply([], ...sets(10).map(create), create(a('w.x.test.')))),
    limit('records limit of 1000'),
  )
  assert.equal(told(apply([], ...sets(5).map(upsert))), 'accepted')
  assert.equal(
    told(apply([], ...sets(5).map(upsert), create(a('w.x.test.')))),
    limit('records limit of 1000'),
  )
})

test('32,000 characters of values in a request; UPSERT counts twice', () => {
  const text = (count: number) => Array.from({ length: count }, () => `"${'x'.repeat(247)}"`).join(' ')
  const sets = (count: number) =>
    Array.from({ length: count }, (_, i) => set(`n${i}.x.test.`, 'TXT', [text(16)]))
  const each = text(16).length
  const most = Math.floor(32_000 / each)
  assert.equal(told(apply([], ...sets(most).map(create))), 'accepted')
  assert.equal(told(apply([], ...sets(most + 1).map(create))), limit('value characters limit of 32000'))
  assert.equal(told(apply([], ...sets(most).map(upsert))), limit('value characters limit of 32000'))
})

test('400 values, 4,000 characters, 100 members, 10,000 record sets, 253 characters', () => {
  assert.equal(told(apply([], create(set('w.x.test.', 'A', addresses(400))))), 'accepted')
  assert.match(told(apply([], create(set('w.x.test.', 'A', addresses(401))))), /more than 400 values/)
  assert.match(
    told(apply([], create(set('w.x.test.', 'TXT', ['x'.repeat(4_001)])))),
    /length less than or equal to 4000/,
  )
  const members = Array.from({ length: 100 }, (_, i) => member(String(i), { Weight: 1 }))
  assert.match(
    told(apply(members, create(member('x', { Weight: 1 })))),
    /100 RRSets with the same name and type exist/,
  )
  assert.equal(told(apply(members, upsert(member('0', { Weight: 2 })))), 'accepted')
  const many = Array.from({ length: 9_998 }, (_, i) => a(`n${i}.x.test.`))
  assert.match(told(apply(many, create(a('w.x.test.')))), /limit of 10000 exceeded/)
  assert.equal(told(apply(many, upsert(a('n0.x.test.', { TTL: 1 })))), 'accepted')
  const name = (length: number): string => {
    const rest = length - '.x.test'.length - 3 * 61
    return `${`${'a'.repeat(60)}.`.repeat(3)}${'b'.repeat(rest)}.x.test.`
  }
  assert.equal(told(apply([], create(a(name(246))))), 'accepted')
  assert.match(told(apply([], create(a(`c.${name(253)}`)))), /DomainNameTooLong/)
  assert.match(told(apply([], create(a(`${'a'.repeat(64)}.x.test.`)))), /DomainLabelTooLong/)
})

test('any batch is refused or leaves a zone that its own rules accept, changed by just what was asked', () => {
  const names = fc.constantFrom('x.test.', 'a.x.test.', 'b.x.test.', '*.x.test.', 'y.test.')
  const policy = fc.constantFrom<Partial<ResourceRecordSet>>(
    {},
    { SetIdentifier: '1', Weight: 0 },
    { SetIdentifier: '2', Weight: 9 },
    { SetIdentifier: '1', Failover: 'PRIMARY', HealthCheckId: 'hc' },
    { SetIdentifier: '2', Failover: 'SECONDARY' },
    { SetIdentifier: '3', MultiValueAnswer: true },
    { SetIdentifier: '4', Region: 'eu-west-1' },
  )
  const sets = fc.oneof(
    fc.tuple(names, policy).map(([name, more]) => a(name, more)),
    names.map(name => set(name, 'CNAME', ['b.x.test.'])),
    fc.tuple(names, names, policy).map(([name, target, more]) => alias(name, target, more)),
  )
  const batches = fc.array(fc.tuple(fc.constantFrom<ChangeAction>('CREATE', 'UPSERT', 'DELETE'), sets), {
    maxLength: 6,
  })
  let accepted = 0
  fc.assert(
    fc.property(fc.array(batches, { maxLength: 12 }), given => {
      let now: readonly Fields[] = defaults
      for (const batch of given) {
        const changes = batch.map(([action, one]) => change(action, one))
        const outcome = changeRecordSets({ zone, recordSets: now, known }, { Changes: changes })
        if (outcome.kind === 'refused') continue
        accepted++
        now = outcome.recordSets
        for (const name of new Set(now.map(one => one.Name))) {
          const types = new Set(now.filter(one => one.Name === name).map(one => one.Type))
          assert.ok(!types.has('CNAME') || types.size === 1)
        }
        for (const [action, one] of batch.slice(-1))
          assert.equal(
            now.some(
              found => identityOf(found) === identityOf({ ...one, Name: one.Name.replace('*', '\\052') }),
            ),
            action !== 'DELETE',
          )
      }
    }),
    { numRuns: 500 },
  )
  assert.ok(accepted > 100, `${accepted} accepted`)
})
