import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  demoZoneId,
  failoverAlias,
  failoverDocuments,
  type RecordSetFields,
  snapshotOf,
  values,
  zoneDocuments,
} from '../../testing/dns-documents.ts'
import { allHealthy, type ObservedHealth } from '../routing/verdict.ts'
import { answer } from '../server/answer.ts'
import { decodeMessage, emptyMessage, encodeMessage, type Message } from '../wire/message.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import { codecOfType } from '../wire/records/table.ts'
import type { ResourceRecord } from '../wire/resource-record.ts'
import { type ZoneSnapshot, zoneSnapshot } from './zone-snapshot.ts'

/** All healthy but the load balancers and zones named, as `active` or `active/a`. */
function healthBut(...unhealthy: string[]): ObservedHealth {
  const verdict = (name: string) => ({ healthy: !unhealthy.includes(name), reason: name })
  return {
    ...allHealthy,
    loadBalancer: verdict,
    zone: (loadBalancer, zone) => verdict(`${loadBalancer}/${zone}`),
    healthCheck: verdict,
  }
}

async function demo(extra: readonly RecordSetFields[] = [], health = allHealthy): Promise<ZoneSnapshot> {
  return zoneSnapshot(await snapshotOf(failoverDocuments(extra)), health)
}

function ask(zones: ZoneSnapshot, name: string, type = 'A', turn = 0): Message {
  const code = type === 'ANY' ? 255 : type === 'DS' ? 43 : codecOfType(type).code
  const query = encodeMessage({ ...emptyMessage, id: 9, questions: [{ name, type: code, class: 1 }] })
  const reply = answer(query, zones, { by: 'tcp', turn, source: { address: '192.0.2.1' } })
  assert.ok(reply !== undefined)
  return decodeMessage(reply)
}

/** A reply in a few words: code, AA, then the sections. */
function shown(message: Message): string[] {
  const code = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'][message.rcode] ?? ''
  const line = (section: string) => (record: ResourceRecord) =>
    `${section} ${record.name} ${record.ttlSeconds} ${record.data.type} ${formatRecordValue(record.data)}`
  return [
    message.authoritative ? `${code} aa` : code,
    ...message.answers.map(line('an')),
    ...message.authorities.map(line('ns')).map(text => text.replace(/ \d+ 7200 900 .*/, ' …')),
    ...message.additionals.map(line('ar')),
  ]
}

const soa = 'ns demo.test. 900 SOA ns1.demo.test. hostmaster.demo.test. …'

const extra: readonly RecordSetFields[] = [
  values('deep.empty.demo.test.', 'A', '192.0.2.1'),
  values('\\052.wild.demo.test.', 'TXT', '"any"'),
  values('below.wild.demo.test.', 'A', '192.0.2.2'),
  values('www.demo.test.', 'CNAME', 'web.demo.test.'),
  values('web.demo.test.', 'CNAME', 'deep.empty.demo.test.'),
  values('gone.demo.test.', 'CNAME', 'missing.demo.test.'),
  values('out.demo.test.', 'CNAME', 'example.org.'),
  values('loop.demo.test.', 'CNAME', 'pool.demo.test.'),
  values('pool.demo.test.', 'CNAME', 'loop.demo.test.'),
  values('*.cw.demo.test.', 'CNAME', 'deep.empty.demo.test.'),
  values('child.demo.test.', 'NS', 'ns.child.demo.test.', 'ns.elsewhere.test.'),
  values('ns.child.demo.test.', 'A', '192.0.2.53'),
  values('three.demo.test.', 'A', '192.0.2.1', '192.0.2.2', '192.0.2.3'),
  {
    Name: 'same.demo.test.',
    Type: 'A',
    AliasTarget: { HostedZoneId: demoZoneId, DNSName: 'deep.empty.demo.test', EvaluateTargetHealth: false },
  },
  {
    Name: 'circle.demo.test.',
    Type: 'A',
    AliasTarget: { HostedZoneId: demoZoneId, DNSName: 'circle.demo.test', EvaluateTargetHealth: true },
  },
]

const golden: readonly [question: string, ...reply: string[]][] = [
  ['data.demo.test A', 'NOERROR aa', 'an data.demo.test. 5 A 127.0.1.1', 'an data.demo.test. 5 A 127.0.1.2'],
  ['data.demo.test AAAA', 'NOERROR aa', soa],
  ['DaTa.Demo.TEST A', 'NOERROR aa', 'an DaTa.Demo.TEST. 5 A 127.0.1.1', 'an DaTa.Demo.TEST. 5 A 127.0.1.2'],
  [
    'active.elb.demo.test A',
    'NOERROR aa',
    'an active.elb.demo.test. 5 A 127.0.1.1',
    'an active.elb.demo.test. 5 A 127.0.1.2',
  ],
  ['b.passive.elb.demo.test A', 'NOERROR aa', 'an b.passive.elb.demo.test. 5 A 127.0.2.2'],
  ['elb.demo.test A', 'NOERROR aa', soa],
  ['demo.test NS', 'NOERROR aa', 'an demo.test. 300 NS ns1.demo.test.'],
  ['nothing.demo.test A', 'NXDOMAIN aa', soa],
  ['empty.demo.test A', 'NOERROR aa', soa],
  ['nothing.empty.demo.test A', 'NXDOMAIN aa', soa],
  ['x.wild.demo.test TXT', 'NOERROR aa', 'an x.wild.demo.test. 300 TXT "any"'],
  ['x.y.wild.demo.test TXT', 'NOERROR aa', 'an x.y.wild.demo.test. 300 TXT "any"'],
  ['x.wild.demo.test A', 'NOERROR aa', soa],
  ['*.wild.demo.test TXT', 'NOERROR aa', 'an *.wild.demo.test. 300 TXT "any"'],
  ['wild.demo.test TXT', 'NOERROR aa', soa],
  ['below.wild.demo.test TXT', 'NOERROR aa', soa],
  ['x.below.wild.demo.test TXT', 'NXDOMAIN aa', soa],
  [
    'www.demo.test A',
    'NOERROR aa',
    'an www.demo.test. 300 CNAME web.demo.test.',
    'an web.demo.test. 300 CNAME deep.empty.demo.test.',
    'an deep.empty.demo.test. 300 A 192.0.2.1',
  ],
  ['www.demo.test CNAME', 'NOERROR aa', 'an www.demo.test. 300 CNAME web.demo.test.'],
  ['web.demo.test TXT', 'NOERROR aa', 'an web.demo.test. 300 CNAME deep.empty.demo.test.', soa],
  ['gone.demo.test A', 'NXDOMAIN aa', 'an gone.demo.test. 300 CNAME missing.demo.test.', soa],
  ['out.demo.test A', 'NOERROR aa', 'an out.demo.test. 300 CNAME example.org.'],
  [
    'x.cw.demo.test A',
    'NOERROR aa',
    'an x.cw.demo.test. 300 CNAME deep.empty.demo.test.',
    'an deep.empty.demo.test. 300 A 192.0.2.1',
  ],
  [
    'child.demo.test A',
    'NOERROR',
    'ns child.demo.test. 300 NS ns.child.demo.test.',
    'ns child.demo.test. 300 NS ns.elsewhere.test.',
    'ar ns.child.demo.test. 300 A 192.0.2.53',
  ],
  [
    'x.ns.child.demo.test TXT',
    'NOERROR',
    'ns child.demo.test. 300 NS ns.child.demo.test.',
    'ns child.demo.test. 300 NS ns.elsewhere.test.',
    'ar ns.child.demo.test. 300 A 192.0.2.53',
  ],
  ['child.demo.test DS', 'NOERROR aa', soa],
  ['same.demo.test A', 'NOERROR aa', 'an same.demo.test. 300 A 192.0.2.1'],
  ['circle.demo.test A', 'NOERROR aa', soa],
  ['data.demo.test ANY', 'NOERROR aa', 'an data.demo.test. 3600 TYPE13 \\# 9 075246433834383200'],
  ['elb.demo.test ANY', 'NOERROR aa', soa],
  ['demo.test TYPE65280', 'NOERROR aa', soa],
  ['test A', 'REFUSED'],
  ['xdemo.test A', 'REFUSED'],
  ['. NS', 'REFUSED'],
]

for (const [question, ...reply] of golden) {
  test(`answers ${question}`, async () => {
    const [name = '', type = ''] = question.split(' ')
    assert.deepEqual(shown(ask(await demo(extra), name, type)), reply)
  })
}

test('a chain of CNAMEs that goes round ends', async () => {
  const reply = ask(await demo(extra), 'loop.demo.test')
  assert.equal(reply.rcode, 0)
  assert.equal(reply.answers.length, 2)
})

test('several addresses take turns', async () => {
  const zones = await demo(extra)
  const first = (turn: number) => shown(ask(zones, 'three.demo.test', 'A', turn))[1]
  assert.equal(new Set([0, 1, 2].map(first)).size, 3)
  assert.equal(first(3), first(0))
  assert.equal(ask(zones, 'three.demo.test', 'A', 0xffff_ffff).answers.length, 3)
})

const addresses = (zones: ZoneSnapshot, name: string): string[] =>
  ask(zones, name).answers.map(record => formatRecordValue(record.data))

const primary = ['127.0.1.1', '127.0.1.2']
const secondary = ['127.0.2.1', '127.0.2.2']

const switching: readonly [unhealthy: string[], data: string[], active: string[]][] = [
  [[], primary, primary],
  [['active/a'], ['127.0.1.2'], ['127.0.1.2']],
  [['active', 'active/a', 'active/b'], secondary, primary],
  [['active', 'active/a', 'active/b', 'passive/a'], ['127.0.2.2'], primary],
  [['active', 'active/a', 'active/b', 'passive', 'passive/a', 'passive/b'], primary, primary],
  [['passive', 'passive/a', 'passive/b'], primary, primary],
]

for (const [unhealthy, data, active] of switching) {
  test(`unhealthy: ${unhealthy.join(', ') || 'none'} → ${data.join(', ')}`, async () => {
    const zones = await demo([], healthBut(...unhealthy))
    assert.deepEqual(addresses(zones, 'data.demo.test'), data)
    assert.deepEqual(addresses(zones, 'active.elb.demo.test'), active)
    assert.deepEqual(addresses(zones, 'a.active.elb.demo.test'), ['127.0.1.1'])
  })
}

test('whatever is unhealthy: the failover name is never empty, never a mix, and leaves the primary only for a better secondary', async () => {
  const resources = await snapshotOf(failoverDocuments())
  const zones = ['active/a', 'active/b', 'passive/a', 'passive/b']
  fc.assert(
    fc.property(fc.subarray(zones), dead => {
      const clusters = ['active', 'passive'].filter(c => dead.includes(`${c}/a`) && dead.includes(`${c}/b`))
      const snapshot = zoneSnapshot(resources, healthBut(...dead, ...clusters))
      const answered = addresses(snapshot, 'data.demo.test')
      const useSecondary = clusters.includes('active') && !clusters.includes('passive')
      const [cluster, all] = useSecondary ? ['passive', secondary] : ['active', primary]
      const alive = all.filter((_, i) => !dead.includes(`${cluster}/${'ab'[i]}`))
      assert.deepEqual(answered, alive.length === 0 ? all : alive)
      assert.deepEqual(answered, addresses(snapshot, `${cluster}.elb.demo.test`))
    }),
  )
})

test('a primary whose load balancer is gone counts as absent', async () => {
  const { 'elbv2/load-balancer/active': _, ...documents } = failoverDocuments()
  const zones = zoneSnapshot(await snapshotOf(documents), allHealthy)
  assert.deepEqual(addresses(zones, 'data.demo.test'), secondary)
})

test('health checks and aliases to records take part in failover', async () => {
  const zone = (HealthCheckId: string) =>
    zoneDocuments('Z2', 'x.test.', [
      { ...values('f.x.test.', 'A', '192.0.2.1'), SetIdentifier: '1', Failover: 'PRIMARY', HealthCheckId },
      { ...values('f.x.test.', 'A', '192.0.2.2'), SetIdentifier: '2', Failover: 'SECONDARY' },
      {
        Name: 'top.x.test.',
        Type: 'A',
        AliasTarget: { HostedZoneId: 'Z2', DNSName: 'f.x.test.', EvaluateTargetHealth: true },
      },
    ])
  const of = async (id: string) => zoneSnapshot(await snapshotOf(zone(id)), healthBut('dead'))
  assert.deepEqual(addresses(await of('alive'), 'f.x.test'), ['192.0.2.1'])
  assert.deepEqual(addresses(await of('dead'), 'f.x.test'), ['192.0.2.2'])
  assert.deepEqual(addresses(await of('dead'), 'top.x.test'), ['192.0.2.2'])
})

test('the serial goes up at every change and every switch, and never back', async () => {
  const resources = await snapshotOf(failoverDocuments())
  const serial = (zones: ZoneSnapshot): number => zones.zones[0]?.serial ?? 0
  const before = zoneSnapshot(resources, allHealthy)
  const same = zoneSnapshot(resources, allHealthy, before)
  const switched = zoneSnapshot(resources, healthBut('active', 'active/a', 'active/b'), same)
  const back = zoneSnapshot(resources, allHealthy, switched)
  assert.equal(serial(same), serial(before))
  assert.ok(serial(switched) > serial(before))
  assert.ok(serial(back) > serial(switched))
  const asked = ask(back, 'demo.test', 'SOA').answers[0]?.data
  assert.ok(asked?.type === 'SOA')
  assert.equal(asked.serial, serial(back))
})

test('a record set that is wrong is named and leaves the others alone', async () => {
  const zones = await demo([
    values('bad.demo.test.', 'A', 'no address'),
    values('a.other.test.', 'A', '192.0.2.1'),
    { ...failoverAlias('PRIMARY', 'active'), Type: 'NONE' as 'MX' },
  ])
  assert.equal(zones.problems.length, 3)
  assert.match(zones.problems.join('\n'), /bad\.demo\.test/)
  assert.deepEqual(addresses(zones, 'data.demo.test'), primary)
})

test('without a hosted zone the load balancers have one of their own; without records too', async () => {
  const documents = Object.entries(failoverDocuments()).filter(([key]) => key.startsWith('elbv2/'))
  const zones = zoneSnapshot(await snapshotOf(Object.fromEntries(documents)), allHealthy)
  assert.deepEqual(addresses(zones, 'active.elb.demo.test'), primary)
  assert.equal(ask(zones, 'elb.demo.test', 'NS').answers.length, 1)
  assert.equal(ask(zones, 'demo.test', 'SOA').rcode, 5)
  assert.equal(ask(zoneSnapshot(await snapshotOf({}), allHealthy), 'demo.test').rcode, 5)
})

test('a zone below another answers for its own names alone', async () => {
  const zones = zoneSnapshot(
    await snapshotOf({
      ...failoverDocuments([values('x.sub.demo.test.', 'A', '192.0.2.1')]),
      ...zoneDocuments('Z2', 'sub.demo.test.', [values('y.sub.demo.test.', 'A', '192.0.2.2')]),
    }),
    allHealthy,
  )
  assert.equal(ask(zones, 'x.sub.demo.test').rcode, 3)
  assert.deepEqual(addresses(zones, 'y.sub.demo.test'), ['192.0.2.2'])
  assert.equal(ask(zones, 'x.sub.demo.test').authorities[0]?.name, 'sub.demo.test.')
})

test('more values than a message holds are a server failure, not a crash', async () => {
  const texts = Array.from({ length: 400 }, (_, i) => `"${String(i).padEnd(250, 'x')}"`)
  assert.equal(
    ask(await demo([values('huge.demo.test.', 'TXT', ...texts)]), 'huge.demo.test', 'TXT').rcode,
    2,
  )
})
