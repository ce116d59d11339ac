import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsStatusKey } from '../../resources/status.ts'
import { failoverDocuments } from '../../testing/dns-documents.ts'
import { operationContext } from '../../testing/operation-context.ts'
import type { Checked, OperationContext } from '../operation.ts'
import type { AwsRefusal } from '../refusal.ts'
import { route53Service } from './operations.ts'

type Operations = NonNullable<typeof route53Service.operations>
type Answers = { [N in keyof Operations]-?: Awaited<ReturnType<NonNullable<Operations[N]>>> }

async function call<N extends keyof Operations>(
  context: OperationContext,
  name: N,
  input: Parameters<NonNullable<Operations[N]>>[0],
): Promise<Answers[N]> {
  const operation = route53Service.operations[name] as (input: unknown, context: OperationContext) => unknown
  return (await operation(input, context)) as Answers[N]
}

async function refusedAs(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return `${(error as AwsRefusal).code}: ${(error as AwsRefusal).message}`
  }
  return 'not refused'
}

async function demo(changed: Partial<OperationContext> = {}): Promise<OperationContext> {
  const context = operationContext(changed)
  const documents = Object.entries(failoverDocuments()).map(([key, value]) => ({ key, value }))
  await context.store.commit([], documents)
  return context
}

const record = (Name: string, ...values: string[]) => ({
  Name,
  Type: 'A' as const,
  TTL: 60,
  ResourceRecords: values.map(Value => ({ Value })),
})

const change = (
  HostedZoneId: string,
  Action: 'CREATE' | 'UPSERT' | 'DELETE',
  ...sets: ReturnType<typeof record>[]
) => ({
  HostedZoneId,
  ChangeBatch: { Changes: sets.map(ResourceRecordSet => ({ Action, ResourceRecordSet })) },
})

test('a zone is made, filled, listed, emptied and deleted', async () => {
  const context = await demo()
  const made = await call(context, 'CreateHostedZone', {
    Name: 'Example.TEST',
    CallerReference: 'one',
    HostedZoneConfig: { Comment: 'hello' },
  })
  const Id = made.HostedZone?.Id ?? ''
  assert.match(Id, /^\/hostedzone\/Z[0-9A-Z]{20}$/)
  assert.equal(made.HostedZone?.Name, 'example.test.')
  assert.deepEqual(made.DelegationSet?.NameServers, ['ns1.demo.test'])
  assert.equal(made.HostedZone?.ResourceRecordSetCount, 2)
  await call(
    context,
    'ChangeResourceRecordSets',
    change(Id, 'CREATE', record('www.example.test', '127.9.9.9')),
  )
  const page = await call(context, 'ListResourceRecordSets', { HostedZoneId: Id, MaxItems: 2 })
  assert.deepEqual(
    page.ResourceRecordSets?.map(({ Type }) => Type),
    ['NS', 'SOA'],
  )
  assert.deepEqual(
    [page.IsTruncated, page.NextRecordName, page.NextRecordType],
    [true, 'www.example.test.', 'A'],
  )
  assert.match(await refusedAs(call(context, 'DeleteHostedZone', { Id })), /^HostedZoneNotEmpty: /)
  await call(
    context,
    'ChangeResourceRecordSets',
    change(Id, 'DELETE', record('www.example.test', '127.9.9.9')),
  )
  await call(context, 'DeleteHostedZone', { Id })
  assert.equal(
    await refusedAs(call(context, 'GetHostedZone', { Id })),
    `NoSuchHostedZone: No hosted zone found with ID: ${Id.slice('/hostedzone/'.length)}`,
  )
  assert.deepEqual(
    context.store
      .read()
      .list('route53/zone/')
      .filter(({ key }) => key.includes(Id.slice('/hostedzone/'.length))),
    [],
  )
})

test('what is refused changes nothing', async () => {
  const context = await demo()
  const { revision } = context.store.read()
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => call(context, 'CreateHostedZone', { Name: 'test', CallerReference: 'x' }), /^InvalidDomainName/],
    [
      () => call(context, 'CreateHostedZone', { Name: 'demo.test', CallerReference: 'x' }),
      /^ConflictingDomainExists/,
    ],
    [
      () =>
        call(context, 'CreateHostedZone', { Name: 'a.test', CallerReference: 'x', VPC: { VPCId: 'vpc-1' } }),
      /^InvalidInput: Private hosted zones/,
    ],
    [
      () =>
        call(context, 'CreateHostedZone', { Name: 'a.test', CallerReference: 'x', DelegationSetId: 'N1' }),
      /^NoSuchDelegationSet/,
    ],
    [
      () =>
        call(
          context,
          'ChangeResourceRecordSets',
          change('Z1DEMO', 'CREATE', record('a.other.test', '127.0.0.1')),
        ),
      /^InvalidChangeBatch: \[RRSet with DNS name a.other.test. is not permitted in zone demo.test.\]$/,
    ],
    [
      () =>
        call(
          context,
          'ChangeResourceRecordSets',
          change('Z1DEMO', 'DELETE', record('a.demo.test', '127.0.0.1')),
        ),
      /^InvalidChangeBatch: \[Tried to delete resource record set \[name='a.demo.test.', type='A'\] but it was not found\]$/,
    ],
    [() => call(context, 'GetChange', { Id: 'C123' }), /^NoSuchChange/],
    [
      () => call(context, 'AssociateVPCWithHostedZone', { HostedZoneId: 'Z1DEMO', VPC: { VPCId: 'vpc-1' } }),
      /^PublicZoneVPCAssociation/,
    ],
    [
      () => call(context, 'ListResourceRecordSets', { HostedZoneId: 'Z1DEMO', StartRecordType: 'A' }),
      /^InvalidInput/,
    ],
  ]
  for (const [attempt, says] of cases) assert.match(await refusedAs(attempt()), says)
  assert.equal(context.store.read().revision, revision)
})

test('two batches at the same time see each other: a CNAME and an A of one name are not both taken', async () => {
  const context = await demo()
  const cname = {
    Name: 'x.demo.test',
    Type: 'CNAME' as const,
    TTL: 60,
    ResourceRecords: [{ Value: 'y.test' }],
  }
  const outcomes = await Promise.all([
    refusedAs(
      call(
        context,
        'ChangeResourceRecordSets',
        change('Z1DEMO', 'CREATE', record('x.demo.test', '127.0.0.1')),
      ),
    ),
    refusedAs(
      call(context, 'ChangeResourceRecordSets', {
        HostedZoneId: 'Z1DEMO',
        ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: cname }] },
      }),
    ),
  ])
  assert.equal(outcomes.filter(outcome => outcome === 'not refused').length, 1)
  assert.match(outcomes.find(outcome => outcome !== 'not refused') ?? '', /^InvalidChangeBatch: .*conflict/)
})

test('a change is PENDING until every DNS server that lives has applied its revision', async () => {
  let applied = 0
  const context = await demo({
    dataPlanes: {
      isAlive: key => key === dnsStatusKey('dns-1'),
      haveApplied: (revision, kind) => kind === 'dns' && applied >= revision,
      whenApplied: () => Promise.resolve(),
    },
  })
  const { ChangeInfo } = await call(
    context,
    'ChangeResourceRecordSets',
    change('/hostedzone/Z1DEMO', 'UPSERT', record('a.demo.test', '127.0.0.1')),
  )
  assert.equal(ChangeInfo?.Status, 'PENDING')
  applied = context.store.read().revision - 1
  assert.equal((await call(context, 'GetChange', { Id: ChangeInfo?.Id ?? '' })).ChangeInfo?.Status, 'PENDING')
  applied++
  const done = await call(context, 'GetChange', { Id: ChangeInfo?.Id ?? '' })
  assert.equal(done.ChangeInfo?.Status, 'INSYNC')
  assert.deepEqual(done.ChangeInfo?.SubmittedAt, ChangeInfo?.SubmittedAt)
})

test('old changes are forgotten, the oldest first', async () => {
  let now = Date.UTC(2030, 0, 1)
  const context = await demo({ wallMs: () => now++ })
  const submit = () =>
    call(context, 'ChangeResourceRecordSets', change('Z1DEMO', 'UPSERT', record('a.demo.test', '127.0.0.1')))
  const first = await submit()
  const second = await submit()
  for (let i = 0; i < 999; i++) await submit()
  assert.match(
    await refusedAs(call(context, 'GetChange', { Id: first.ChangeInfo?.Id ?? '' })),
    /^NoSuchChange/,
  )
  assert.ok(await call(context, 'GetChange', { Id: second.ChangeInfo?.Id ?? '' }))
})

test('zones are listed page by page, and by name', async () => {
  const context = await demo()
  for (const name of ['b.test.net', 'a.test.net', 'c.test.org'])
    await call(context, 'CreateHostedZone', { Name: name, CallerReference: name })
  const seen: string[] = []
  let marker: string | undefined
  do {
    const page: Answers['ListHostedZones'] = await call(context, 'ListHostedZones', {
      MaxItems: 1,
      ...(marker === undefined ? {} : { Marker: marker }),
    })
    seen.push(...(page.HostedZones ?? []).map(({ Name = '' }) => Name))
    marker = page.NextMarker
    assert.equal(page.IsTruncated, marker !== undefined)
  } while (marker !== undefined)
  assert.deepEqual(seen.sort(), ['a.test.net.', 'b.test.net.', 'c.test.org.', 'demo.test.'])
  const byName = await call(context, 'ListHostedZonesByName', { DNSName: 'b.test.net', MaxItems: 1 })
  assert.deepEqual(
    byName.HostedZones?.map(({ Name }) => Name),
    ['b.test.net.'],
  )
  assert.equal(byName.NextDNSName, 'c.test.org.')
  assert.equal((await call(context, 'GetHostedZoneCount', {})).HostedZoneCount, 4)
})

test('a delegation set that zones use stays', async () => {
  const context = await demo()
  const made = await call(context, 'CreateReusableDelegationSet', { CallerReference: 'set' })
  const Id = made.DelegationSet?.Id ?? ''
  assert.match(
    await refusedAs(call(context, 'CreateReusableDelegationSet', { CallerReference: 'set' })),
    /^DelegationSetAlreadyCreated/,
  )
  const zone = await call(context, 'CreateHostedZone', {
    Name: 'a.test',
    CallerReference: 'a',
    DelegationSetId: Id,
  })
  assert.equal(zone.DelegationSet?.Id, Id)
  const listed = await call(context, 'ListHostedZones', { DelegationSetId: Id })
  assert.deepEqual(
    listed.HostedZones?.map(({ Name }) => Name),
    ['a.test.'],
  )
  assert.match(await refusedAs(call(context, 'DeleteReusableDelegationSet', { Id })), /^DelegationSetInUse/)
  await call(context, 'DeleteHostedZone', { Id: zone.HostedZone?.Id ?? '' })
  await call(context, 'DeleteReusableDelegationSet', { Id })
  assert.match(await refusedAs(call(context, 'GetReusableDelegationSet', { Id })), /^NoSuchDelegationSet/)
})

test('tags of a zone, with bare ids as AWS asks', async () => {
  const context = await demo()
  const tags: Checked<Parameters<NonNullable<Operations['ChangeTagsForResource']>>[0]> = {
    ResourceType: 'hostedzone',
    ResourceId: 'Z1DEMO',
    AddTags: [{ Key: 'team', Value: 'data' }, { Key: 'empty' }],
  }
  await call(context, 'ChangeTagsForResource', tags)
  await call(context, 'ChangeTagsForResource', { ...tags, AddTags: [], RemoveTagKeys: ['empty'] })
  const { ResourceTagSet } = await call(context, 'ListTagsForResource', {
    ResourceType: 'hostedzone',
    ResourceId: 'Z1DEMO',
  })
  assert.deepEqual(ResourceTagSet?.Tags, [{ Key: 'team', Value: 'data' }])
  assert.match(
    await refusedAs(
      call(context, 'ListTagsForResource', { ResourceType: 'hostedzone', ResourceId: '/hostedzone/Z1DEMO' }),
    ),
    /^NoSuchHostedZone/,
  )
})

test('TestDNSAnswer answers from the tree that DNS servers have', async () => {
  const context = await demo()
  const asked = { HostedZoneId: 'Z1DEMO', RecordName: 'data.demo.test', RecordType: 'A' as const }
  await call(
    context,
    'ChangeResourceRecordSets',
    change('Z1DEMO', 'CREATE', record('a.demo.test', '127.0.0.9')),
  )
  const plain = await call(context, 'TestDNSAnswer', { ...asked, RecordName: 'a.demo.test' })
  assert.deepEqual([plain.ResponseCode, plain.RecordData], ['NOERROR', ['127.0.0.9']])
  const none = await call(context, 'TestDNSAnswer', { ...asked, RecordName: 'b.demo.test' })
  assert.deepEqual([none.ResponseCode, none.RecordData], ['NXDOMAIN', []])
  // No balancer lives: of two unhealthy sides the primary is answered.
  const failover = await call(context, 'TestDNSAnswer', asked)
  assert.deepEqual(failover.RecordData?.toSorted(), ['127.0.1.1', '127.0.1.2'])
  assert.match(
    await refusedAs(call(context, 'TestDNSAnswer', { ...asked, RecordName: 'a.test' })),
    /^InvalidInput/,
  )
  assert.match(
    await refusedAs(call(context, 'TestDNSAnswer', { ...asked, ResolverIP: 'x' })),
    /^InvalidInput/,
  )
})

test('a zone is not signed, which is asked before it is deleted', async () => {
  const context = await demo()
  const { Status, KeySigningKeys } = await call(context, 'GetDNSSEC', { HostedZoneId: 'Z1DEMO' })
  assert.deepEqual([Status?.ServeSignature, KeySigningKeys], ['NOT_SIGNING', []])
  assert.match(await refusedAs(call(context, 'GetDNSSEC', { HostedZoneId: 'ZNONE' })), /^NoSuchHostedZone/)
})

test('limits and places', async () => {
  const context = await demo()
  const limit = await call(context, 'GetHostedZoneLimit', {
    Type: 'MAX_RRSETS_BY_ZONE',
    HostedZoneId: 'Z1DEMO',
  })
  assert.deepEqual([limit.Limit?.Value, limit.Count], [10_000, 5])
  const account = await call(context, 'GetAccountLimit', { Type: 'MAX_HOSTED_ZONES_BY_OWNER' })
  assert.deepEqual([account.Limit?.Value, account.Count], [500, 1])
  const place = await call(context, 'GetGeoLocation', { CountryCode: 'US', SubdivisionCode: 'CA' })
  assert.equal(place.GeoLocationDetails?.SubdivisionName, 'California')
  assert.match(await refusedAs(call(context, 'GetGeoLocation', { CountryCode: 'XX' })), /^NoSuchGeoLocation/)
  const all: string[] = []
  let start = {}
  for (;;) {
    const page = await call(context, 'ListGeoLocations', { ...start, MaxItems: 50 })
    all.push(
      ...(page.GeoLocationDetailsList ?? []).map(
        ({ CountryName, ContinentName }) => CountryName ?? ContinentName ?? '',
      ),
    )
    if (page.IsTruncated !== true) break
    start = {
      ...(page.NextContinentCode === undefined ? {} : { StartContinentCode: page.NextContinentCode }),
      ...(page.NextCountryCode === undefined ? {} : { StartCountryCode: page.NextCountryCode }),
      ...(page.NextSubdivisionCode === undefined ? {} : { StartSubdivisionCode: page.NextSubdivisionCode }),
    }
  }
  assert.ok(all.length > 280 && all.includes('Germany') && all.includes('Africa'), `${all.length} places`)
})
