import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { recordSetKey } from '../../resources/dns.ts'
import { dnsStatusKey } from '../../resources/status.ts'
import { topologySettingsKey } from '../../resources/topology-settings.ts'
import {
  changingZones,
  commitStep,
  healthOfZones,
  nameInDemo,
  namesOfZones,
  someZoneStep,
} from '../../testing/changing-zones.ts'
import { demoZoneId, type RecordSetFields, values } from '../../testing/dns-documents.ts'
import { answer } from '../server/answer.ts'
import { emptyMessage, encodeMessage } from '../wire/message.ts'
import { nameKey } from '../wire/name.ts'
import { codecOfType } from '../wire/records/table.ts'
import { explainAnswer } from './explain-answer.ts'
import { nextZoneSnapshot, type ZoneSnapshot, zoneSnapshot } from './zone-snapshot.ts'

const asked = [
  ...namesOfZones.filter(name => !name.startsWith('\\')),
  'q.w.',
  'q.e.',
  'q.',
  'data.',
  'f.',
  'q.sub.',
]
const types = ['A', 'AAAA', 'TXT', 'CNAME', 'NS', 'SOA', 'DS', 'MX']
const elsewhere = { epochSeconds: 1_795_000_000 }

function bytesOf(zones: ZoneSnapshot, name: string, type: string, turn: number): string {
  const { code } = codecOfType(type)
  const query = encodeMessage({ ...emptyMessage, id: 9, questions: [{ name, type: code, class: 1 }] })
  const reply = answer(query, zones, { by: 'tcp', turn, source: { address: '192.0.2.1' } })
  return Buffer.from(reply ?? []).toString('hex')
}

function assertZonesAlike(made: ZoneSnapshot, whole: ZoneSnapshot): void {
  const zonesOf = ({ zones }: ZoneSnapshot) =>
    zones.map(({ name, serial, digest }) => ({ name, serial, digest }))
  assert.deepEqual(zonesOf(made), zonesOf(whole))
  assert.deepEqual(made.failover, whole.failover)
  assert.deepEqual(made.problems, whole.problems)
  const copied = ({ zones }: ZoneSnapshot) =>
    zones.map(zone =>
      zone
        .sets()
        .map(set => JSON.stringify(set))
        .sort(),
    )
  assert.deepEqual(copied(made), copied(whole))
}

function assertAnswersAlike(made: ZoneSnapshot, whole: ZoneSnapshot): void {
  for (const relative of asked)
    for (const type of types) {
      const name = nameInDemo(relative)
      for (const turn of [0, 0x9000_0000])
        assert.equal(bytesOf(made, name, type, turn), bytesOf(whole, name, type, turn), `${name} ${type}`)
      const source = { address: '192.0.2.1' }
      assert.deepEqual(explainAnswer(made, name, type, source), explainAnswer(whole, name, type, source))
    }
}

test('after any changes the snapshot made from the one before is the one made from nothing', async () => {
  let [shared, switched] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(someZoneStep, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
      async rounds => {
        const world = await changingZones()
        let changed = new Set<string>()
        const stop = world.store.watch(world.store.read().revision, (_, keys) => {
          changed = new Set([...changed, ...keys])
        })
        let served = zoneSnapshot(world.store.read(), healthOfZones(world), undefined, elsewhere)
        for (const [round, steps] of rounds.entries()) {
          world.served = served
          for (const step of steps) await step(world)
          await new Promise(told => setImmediate(told))
          const before = served
          const [resources, health] = [world.store.read(), healthOfZones(world)]
          served = nextZoneSnapshot(before, resources, changed, health, elsewhere)
          changed = new Set()
          const whole = zoneSnapshot(resources, health, before, elsewhere)
          assertZonesAlike(served, whole)
          // Names that nobody asks between two changes are compiled later than others.
          if (round % 3 === 2 || round === rounds.length - 1) assertAnswersAlike(served, whole)
          if (served.basis.nodes === before.basis.nodes) shared++
          if (served.zones[0]?.digest !== before.zones[0]?.digest) switched++
        }
        stop()
        await world.store.close()
      },
    ),
    { numRuns: 60 },
  )
  assert.ok(shared > 0 && switched > 0)
})

test('a changed record makes its own name anew and those that follow it; all else is shared', async () => {
  const world = await changingZones()
  const records = [
    ...Array.from({ length: 300 }, (_, at) => values(`n${at}.demo.test.`, 'A', '192.0.2.1')),
    values('follows.demo.test.', 'CNAME', 'n7.demo.test.'),
    values('other.demo.test.', 'CNAME', 'n8.demo.test.'),
  ]
  const put = (record: RecordSetFields): Promise<unknown> =>
    commitStep(recordSetKey(demoZoneId, record.Name, record.Type), { ResourceRecordSet: record })(world)
  for (const record of records) await put(record)
  const health = healthOfZones(world)
  const before = zoneSnapshot(world.store.read(), health, undefined, elsewhere)
  for (const { Name } of records) bytesOf(before, Name, 'A', 0)
  await put(values('n7.demo.test.', 'A', '192.0.2.9'))
  const key = recordSetKey(demoZoneId, 'n7.demo.test.', 'A')
  const after = nextZoneSnapshot(before, world.store.read(), new Set([key]), health, elsewhere)
  const other = records
    .map(({ Name }) => Name)
    .filter(name => before.nodes.get(nameKey(name)) !== after.nodes.get(nameKey(name)))
  assert.deepEqual(other.sort(), ['follows.demo.test.', 'n7.demo.test.'])
  assert.ok((after.zones[0]?.serial ?? 0) > (before.zones[0]?.serial ?? 0))
  assert.notEqual(bytesOf(before, 'n1.demo.test.', 'TXT', 0), bytesOf(after, 'n1.demo.test.', 'TXT', 0))
})

test('a serial that a peer tells of is answered, and nothing is made anew for it', async () => {
  const world = await changingZones()
  const health = healthOfZones(world)
  const before = zoneSnapshot(world.store.read(), health, undefined, elsewhere)
  const zones = Object.fromEntries(
    before.zones.map(({ name, serial, digest }) => [name, { serial: serial + 5, digest }]),
  )
  await commitStep(dnsStatusKey('dns-2'), { zones })(world)
  const told = new Set([dnsStatusKey('dns-2')])
  const after = nextZoneSnapshot(before, world.store.read(), told, health, elsewhere)
  assert.equal(after.zones[0]?.serial, (before.zones[0]?.serial ?? 0) + 5)
  assert.equal(after.nodes, before.nodes)
  assert.notEqual(bytesOf(before, 'demo.test.', 'SOA', 0), bytesOf(after, 'demo.test.', 'SOA', 0))
})

test('a store that tells of everything it has, and can no longer say what is gone, is believed', async () => {
  const world = await changingZones()
  const health = healthOfZones(world)
  const record = values('a.demo.test.', 'A', '192.0.2.1')
  await commitStep(recordSetKey(demoZoneId, record.Name, 'A'), { ResourceRecordSet: record })(world)
  const before = zoneSnapshot(world.store.read(), health, undefined, elsewhere)
  await commitStep(recordSetKey(demoZoneId, record.Name, 'A'), undefined)(world)
  const resources = world.store.read()
  const all = new Set(resources.list('').map(({ key }) => key))
  assert.ok(all.has(topologySettingsKey))
  const after = nextZoneSnapshot(before, resources, all, health, elsewhere)
  const whole = zoneSnapshot(resources, health, before, elsewhere)
  assertZonesAlike(after, whole)
  assertAnswersAlike(after, whole)
})

const a = (name: string, address: string): RecordSetFields => values(nameInDemo(name), 'A', address)
const cname = (name: string, to: string): RecordSetFields => values(nameInDemo(name), 'CNAME', nameInDemo(to))
const ns = (name: string, to: string): RecordSetFields => values(nameInDemo(name), 'NS', nameInDemo(to))

const following: readonly [
  what: string,
  asked: string,
  before: RecordSetFields[],
  change: RecordSetFields,
][] = [
  ['an alias its target', 'c.', [cname('c.', 'a.'), a('a.', '192.0.2.1')], a('a.', '192.0.2.2')],
  ['an alias a wildcard', 'c.', [cname('c.', 'q.w.'), a('*.w.', '192.0.2.1')], a('*.w.', '192.0.2.2')],
  ['an alias a target that comes', 'c.', [cname('c.', 'a.')], a('a.', '192.0.2.1')],
  ['an alias a wildcard that comes', 'c.', [cname('c.', 'q.w.')], a('*.w.', '192.0.2.1')],
  [
    'an alias a name above its target',
    'c.',
    [cname('c.', 'q.w.'), a('*.w.', '192.0.2.1')],
    a('q.w.', '192.0.2.2'),
  ],
  [
    'an alias a name that hides a wildcard',
    'c.',
    [cname('c.', 'q.p.w.'), a('*.w.', '192.0.2.1')],
    a('p.w.', '192.0.2.2'),
  ],
  [
    'an alias of an alias of a wildcard',
    'c.',
    [cname('c.', 'd.'), cname('d.', 'q.w.'), a('*.w.', '192.0.2.1')],
    a('*.w.', '192.0.2.2'),
  ],
  [
    'an alias a delegation above its target',
    'c.',
    [cname('c.', 'x.k.'), a('x.k.', '192.0.2.1')],
    ns('k.', 'a.'),
  ],
  ['a delegation its server beside it', 'k.', [ns('k.', 'a.'), a('a.', '192.0.2.1')], a('a.', '192.0.2.2')],
  [
    'a delegation its server below it',
    'k.',
    [ns('k.', 'x.k.'), a('x.k.', '192.0.2.1')],
    a('x.k.', '192.0.2.2'),
  ],
]

for (const [what, name, records, change] of following) {
  test(`what follows others is made anew with them: ${what}`, async () => {
    const world = await changingZones()
    const put = async (record: RecordSetFields): Promise<string> => {
      const key = recordSetKey(demoZoneId, record.Name, record.Type)
      await commitStep(key, { ResourceRecordSet: record })(world)
      return key
    }
    for (const record of records) await put(record)
    const health = healthOfZones(world)
    const before = zoneSnapshot(world.store.read(), health, undefined, elsewhere)
    const answered = bytesOf(before, nameInDemo(name), 'A', 0)
    const changed = new Set([await put(change)])
    const after = nextZoneSnapshot(before, world.store.read(), changed, health, elsewhere)
    const whole = zoneSnapshot(world.store.read(), health, before, elsewhere)
    assertZonesAlike(after, whole)
    assertAnswersAlike(after, whole)
    assert.equal(bytesOf(after, nameInDemo(name), 'A', 0), bytesOf(whole, nameInDemo(name), 'A', 0))
    assert.notEqual(bytesOf(after, nameInDemo(name), 'A', 0), answered)
    assert.equal(bytesOf(before, nameInDemo(name), 'A', 0), answered)
  })
}
