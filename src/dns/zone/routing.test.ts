import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CidrCollectionDocument,
  cidrCollectionKey,
  type LatencyDocument,
  latencyKey,
} from '../../resources/dns.ts'
import { type RecordSetFields, snapshotOf, values, zoneDocuments } from '../../testing/dns-documents.ts'
import { readGeoDatabase } from '../routing/geo-database.ts'
import type { Source } from '../routing/source.ts'
import { allHealthy, type ObservedHealth } from '../routing/verdict.ts'
import { explainAnswer } from './explain-answer.ts'
import type { Explanation } from './explanation.ts'
import { type ZoneSnapshot, zoneSnapshot } from './zone-snapshot.ts'

const healthBut = (...dead: string[]): ObservedHealth => ({
  ...allHealthy,
  healthCheck: id => ({
    healthy: !dead.includes(id),
    reason: `${id} ${dead.includes(id) ? 'fails' : 'passes'}`,
  }),
})

async function zonesOf(
  records: readonly RecordSetFields[],
  health = allHealthy,
  more: Readonly<Record<string, object>> = {},
): Promise<ZoneSnapshot> {
  const { database } = readGeoDatabase('10.1.0.0/16,EU,DE,\n10.2.0.0/16,NA,US,CA\n')
  assert.ok(database !== undefined)
  const resources = await snapshotOf({ ...zoneDocuments('Z1', 'x.test.', records), ...more })
  return zoneSnapshot(resources, health, undefined, { geo: database })
}

const policy = (
  SetIdentifier: string,
  more: Partial<RecordSetFields>,
  ...found: string[]
): RecordSetFields => ({
  ...values('p.x.test.', 'A', ...found),
  SetIdentifier,
  ...more,
})
const alias = (Name: string, DNSName: string, more: Partial<RecordSetFields> = {}): RecordSetFields => ({
  Name,
  Type: 'A',
  AliasTarget: { HostedZoneId: 'Z1', DNSName, EvaluateTargetHealth: true },
  ...more,
})

function ask(
  zones: ZoneSnapshot,
  name: string,
  source: Partial<Source> = {},
  type = 'A',
  turn = 0,
): Explanation {
  return explainAnswer(zones, name, type, { address: '192.0.2.53', ...source }, turn)
}
const answered = ({ answers }: Explanation): string[] =>
  answers.map(({ type, value }) => (type === 'A' ? value : `${type} ${value}`))
const subnet = (text: string, prefixBits: number): Partial<Source> => ({
  subnet: { family: 4, prefixBits, address: Uint8Array.from(text.split('.').map(Number)) },
})

const geo = [
  policy('de', { GeoLocation: { CountryCode: 'DE' } }, '192.0.2.1'),
  policy('any', { GeoLocation: { CountryCode: '*' } }, '192.0.2.2'),
]

test('the client subnet decides, else the address of who asks; the scope says how much of it was looked at', async () => {
  const zones = await zonesOf(geo)
  const rows: readonly [source: Partial<Source>, answer: string, scopeBits: number][] = [
    [{ address: '10.1.2.3' }, '192.0.2.1', 0],
    [{ address: '10.2.2.3' }, '192.0.2.2', 0],
    [{ address: '::ffff:10.1.2.3' }, '192.0.2.1', 0],
    [{ address: '10.1.2.3', ...subnet('10.2.3.0', 24) }, '192.0.2.2', 16],
    [{ address: '10.2.2.3', ...subnet('10.1.3.0', 24) }, '192.0.2.1', 16],
    [{ address: '10.1.2.3', ...subnet('0.0.0.0', 0) }, '192.0.2.1', 0],
    // 192/1 parts from all that the database knows.
    [{ ...subnet('192.0.2.0', 24) }, '192.0.2.2', 1],
  ]
  for (const [source, value, scopeBits] of rows) {
    const explained = ask(zones, 'p.x.test', source)
    assert.deepEqual([answered(explained), explained.scopeBits], [[value], scopeBits], JSON.stringify(source))
  }
})

test('without a default, a client of no known place gets no data; the name exists', async () => {
  const zones = await zonesOf(geo.slice(0, 1))
  assert.equal(ask(zones, 'p.x.test', { address: '10.2.0.1' }).outcome, 'no-data')
  assert.equal(ask(zones, 'q.x.test', { address: '10.2.0.1' }).outcome, 'no-such-name')
})

test('latency and CIDR tables come from the store and are made anew when they change', async () => {
  const collection: CidrCollectionDocument = {
    CidrCollection: { Id: 'c', Name: 'c' },
    Locations: { office: ['10.1.0.0/16'] },
  }
  const latency: LatencyDocument = {
    networks: [{ network: '10.1.0.0/16', milliseconds: { 'us-east-1': 1 } }],
  }
  const records = [
    policy('office', { CidrRoutingConfig: { CollectionId: 'c', LocationName: 'office' } }, '192.0.2.1'),
    policy('rest', { CidrRoutingConfig: { CollectionId: 'c', LocationName: '*' } }, '192.0.2.2'),
    { ...policy('eu', { Region: 'eu-west-1' }, '192.0.2.3'), Name: 'l.x.test.' },
    { ...policy('us', { Region: 'us-east-1' }, '192.0.2.4'), Name: 'l.x.test.' },
  ]
  const zones = await zonesOf(records, allHealthy, {
    [cidrCollectionKey('c')]: collection,
    [latencyKey]: latency,
  })
  assert.deepEqual(answered(ask(zones, 'p.x.test', { address: '10.1.0.1' })), ['192.0.2.1'])
  assert.deepEqual(answered(ask(zones, 'p.x.test', { address: '10.2.0.1' })), ['192.0.2.2'])
  assert.deepEqual(answered(ask(zones, 'l.x.test', { address: '10.1.0.1' })), ['192.0.2.4'])
  assert.deepEqual(answered(ask(zones, 'l.x.test', { address: '10.2.0.1' })), ['192.0.2.3'])
  const bad = { ...collection, Locations: { office: ['10.1.0.1/16'] } }
  const { problems } = await zonesOf(records, allHealthy, { [cidrCollectionKey('c')]: bad })
  assert.match(problems.join(), /route53\/cidr-collection\/c: 10\.1\.0\.1\/16 is no network/)
})

test('a tree backs out of a branch whose leaves are all unhealthy; the explanation shows every branch', async () => {
  const records = [
    alias('top.x.test.', 'p.x.test.', { SetIdentifier: 'a', Failover: 'PRIMARY' }),
    { ...values('top.x.test.', 'A', '192.0.2.9'), SetIdentifier: 'b', Failover: 'SECONDARY' as const },
    policy('1', { Weight: 1, HealthCheckId: 'one' }, '192.0.2.1'),
    policy('2', { Weight: 0, HealthCheckId: 'two' }, '192.0.2.2'),
  ]
  const at = async (...dead: string[]) => ask(await zonesOf(records, healthBut(...dead)), 'top.x.test')
  assert.deepEqual(answered(await at()), ['192.0.2.1'])
  assert.deepEqual(answered(await at('one')), ['192.0.2.2'])
  const lost = await at('one', 'two')
  assert.deepEqual(answered(lost), ['192.0.2.9'])
  assert.equal(lost.tree?.policy, 'failover')
  assert.match(lost.tree?.reason ?? '', /primary: one fails/)
  const [primary, secondary] = lost.tree?.branches ?? []
  assert.deepEqual([primary?.selector, primary?.healthy, primary?.isChosen], ['PRIMARY', false, false])
  assert.deepEqual([secondary?.selector, secondary?.healthy, secondary?.isChosen], ['SECONDARY', true, true])
  assert.ok(primary?.leadsTo.kind === 'group')
  const { group } = primary.leadsTo
  assert.deepEqual([group.policy, group.name], ['weighted', 'p.x.test.'])
  assert.match(group.reason, /last resort/)
  assert.deepEqual(
    group.branches.map(({ selector, healthy, reason }) => [selector, healthy, reason]),
    [
      ['weight 1', false, 'one fails'],
      ['weight 0', false, 'two fails'],
    ],
  )
})

test('a record that can answer nobody does not make its group healthy', async () => {
  const records = [
    alias('top.x.test.', 'p.x.test.', { SetIdentifier: 'a', Failover: 'PRIMARY' }),
    { ...values('top.x.test.', 'A', '192.0.2.9'), SetIdentifier: 'b', Failover: 'SECONDARY' as const },
    policy('1', { Weight: 1, HealthCheckId: 'one' }, '192.0.2.1'),
    {
      ...alias('p.x.test.', 'gone.x.test.', { SetIdentifier: '2', Weight: 1 }),
      AliasTarget: { HostedZoneId: 'Z1', DNSName: 'gone.x.test.', EvaluateTargetHealth: false },
    },
  ]
  assert.deepEqual(answered(ask(await zonesOf(records, healthBut('one')), 'top.x.test')), ['192.0.2.9'])
})

test('eight aliases in a row are followed, a ninth is not, and says so', async () => {
  const chain = (length: number) => [
    values('n0.x.test.', 'A', '192.0.2.1'),
    ...Array.from({ length }, (_, i) => alias(`n${i + 1}.x.test.`, `n${i}.x.test.`)),
  ]
  const zones = await zonesOf(chain(9))
  assert.deepEqual(answered(ask(zones, 'n8.x.test')), ['192.0.2.1'])
  const ninth = ask(zones, 'n9.x.test')
  assert.equal(ninth.outcome, 'no-data')
  assert.deepEqual(ninth.tree?.branches[0]?.leadsTo, {
    kind: 'nowhere',
    reason: 'more than 8 aliases in a row',
  })
})

test('a chain of aliases as long as a zone does not end the process', async () => {
  const records = [
    values('n0.x.test.', 'A', '192.0.2.1'),
    ...Array.from({ length: 9_000 }, (_, i) => alias(`n${i + 1}.x.test.`, `n${i}.x.test.`)),
  ]
  const zones = await zonesOf(records)
  assert.deepEqual(answered(ask(zones, 'n3.x.test')), ['192.0.2.1'])
  assert.deepEqual(answered(ask(zones, 'n9000.x.test')), [])
})

test('many aliases to one large group cost no more than the zone is large', async () => {
  const level = (n: number, target?: string): RecordSetFields[] =>
    Array.from({ length: 60 }, (_, i) => ({
      Name: `l${n}.x.test.`,
      Type: 'A',
      SetIdentifier: String(i),
      Weight: 1,
      ...(target === undefined
        ? { TTL: 1, ResourceRecords: [{ Value: `192.0.2.${i}` }] }
        : { AliasTarget: { HostedZoneId: 'Z1', DNSName: target, EvaluateTargetHealth: true } }),
    }))
  const zones = await zonesOf([
    ...level(0),
    ...level(1, 'l0.x.test.'),
    ...level(2, 'l1.x.test.'),
    ...level(3, 'l2.x.test.'),
    ...level(4, 'l3.x.test.'),
  ])
  assert.equal(answered(ask(zones, 'l4.x.test', {}, 'A', 12_345)).length, 1)
})

test('CNAMEs take part in policies: each way has its own end', async () => {
  const cname = (SetIdentifier: string, Weight: number, target: string): RecordSetFields => ({
    ...values('c.x.test.', 'CNAME', target),
    SetIdentifier,
    Weight,
  })
  const records = [
    cname('1', 1, 'a.x.test.'),
    cname('2', 1, 'out.test.'),
    cname('3', 1, 'gone.x.test.'),
    values('a.x.test.', 'A', '192.0.2.1'),
  ]
  const zones = await zonesOf(records)
  const ends = new Set<string>()
  for (let turn = 0; turn < 60; turn++) {
    const told = ask(zones, 'c.x.test', {}, 'A', Math.imul(turn, 0x9e37_79b1) >>> 0)
    ends.add(answered(told).join(', '))
  }
  assert.deepEqual([...ends].sort(), ['CNAME a.x.test., 192.0.2.1', 'CNAME gone.x.test.', 'CNAME out.test.'])
  assert.equal(answered(ask(zones, 'c.x.test', {}, 'CNAME')).length, 1)
  assert.equal(answered(ask(zones, 'c.x.test', {}, 'MX')).length, 1)
})

test('a CNAME to a name with a policy is answered to its end', async () => {
  const zones = await zonesOf([values('www.x.test.', 'CNAME', 'p.x.test.'), ...geo])
  const told = ask(zones, 'www.x.test', subnet('10.1.3.0', 24))
  assert.deepEqual(answered(told), ['CNAME p.x.test.', '192.0.2.1'])
  assert.equal(told.scopeBits, 16)
})

test('a failover decision may shorten the TTL', async () => {
  const records = [
    policy('1', { Failover: 'PRIMARY', HealthCheckId: 'one' }, '192.0.2.1'),
    policy('2', { Failover: 'SECONDARY' }, '192.0.2.2'),
  ]
  const health: ObservedHealth = {
    ...allHealthy,
    failover: () => ({ answered: 'SECONDARY', reason: 'ordered', ttlSecondsMax: 5 }),
  }
  const zones = await zonesOf(records, health)
  assert.deepEqual(ask(zones, 'p.x.test').answers, [
    { name: 'p.x.test.', ttlSeconds: 5, type: 'A', value: '192.0.2.2' },
  ])
  assert.equal(zones.failover['p.x.test. A']?.reason, 'ordered')
})

test('what cannot be served is told and left out: geoproximity, a second policy', async () => {
  const zones = await zonesOf([
    policy('1', { GeoProximityLocation: { AWSRegion: 'eu-west-1' } }, '192.0.2.1'),
    { ...policy('1', { Weight: 1 }, '192.0.2.1'), Name: 'm.x.test.' },
    { ...policy('2', { Region: 'eu-west-1' }, '192.0.2.2'), Name: 'm.x.test.' },
    alias('bad.x.test.', 'a..x.test.'),
  ])
  assert.match(zones.problems.join('\n'), /record-set\/bad\.x\.test\.\/A\/: name a\.\.x\.test/)
  assert.equal(ask(zones, 'p.x.test').outcome, 'no-data')
  assert.deepEqual(answered(ask(zones, 'm.x.test')), ['192.0.2.1'])
  assert.match(zones.problems.join('\n'), /p\.x\.test\. A: geoproximity routing is not supported/)
  assert.match(zones.problems.join('\n'), /m\.x\.test\. A: records of another policy than weighted/)
})

const outcomes: readonly [name: string, type: string, outcome: string, reason: RegExp][] = [
  ['p.x.test', 'A', 'answered', /answered/],
  ['P.X.TEST.', 'A', 'answered', /answered/],
  ['p.x.test', 'MX', 'no-data', /nothing of this type/],
  ['q.x.test', 'A', 'no-such-name', /does not exist/],
  ['y.w.x.test', 'TXT', 'answered', /answered by \*\.w\.x\.test\./],
  ['y.sub.x.test', 'A', 'referred', /delegated at sub\.x\.test\./],
  ['y.test', 'A', 'refused', /none of the zones/],
]
for (const [name, type, outcome, reason] of outcomes) {
  test(`explains ${name} ${type}: ${outcome}`, async () => {
    const zones = await zonesOf([
      values('p.x.test.', 'A', '192.0.2.1'),
      values('*.w.x.test.', 'TXT', '"w"'),
      values('sub.x.test.', 'NS', 'ns.sub.x.test.'),
    ])
    const told = ask(zones, name, {}, type)
    assert.equal(told.outcome, outcome)
    assert.match(told.reason, reason)
    assert.equal(told.zone, outcome === 'refused' ? undefined : 'x.test.')
  })
}
