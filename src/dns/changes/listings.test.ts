import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createHostedZone, defaultRecordSets, listZonesByName, refuseZoneDeletion } from './hosted-zones.ts'
import { listRecordSets } from './list-record-sets.ts'
import type { Fields } from './planned-change.ts'
import { textOf } from './refusal.ts'

const set = (Name: string, Type = 'A', SetIdentifier?: string): Fields =>
  ({ Name, Type, ...(SetIdentifier === undefined ? {} : { SetIdentifier, Weight: 1 }) }) as Fields

function listed(
  sets: readonly Fields[],
  ...more: [start?: Parameters<typeof listRecordSets>[1], max?: number]
) {
  const page = listRecordSets(sets, ...more)
  assert.ok(page.kind === 'page')
  return page
}
const short = ({ Name, Type, SetIdentifier = '' }: Fields): string =>
  `${Name} ${Type} ${SetIdentifier}`.trim()

test('names in order of their reversed labels, then types, then set identifiers', () => {
  const wanted = [
    'example.com. A',
    'example.com. NS',
    'example.com. SOA',
    '\\052.example.com. A',
    'a-b.example.com. A',
    'x.a-b.example.com. A',
    'a.example.com. A',
    'x.a.example.com. A',
    'w.example.com. A 1',
    'w.example.com. A 2',
    'w.example.com. TXT',
  ]
  const sets = wanted.map(text => set(...(text.split(' ') as [string, string, string?])))
  assert.deepEqual(listed(sets.toReversed()).recordSets.map(short), wanted)
})

test('a page begins at the start named, and says where the next begins', () => {
  const sets = [set('a.t.'), set('b.t.', 'A', '1'), set('b.t.', 'A', '2'), set('b.t.', 'TXT'), set('c.t.')]
  const first = listed(sets, {}, 2)
  assert.deepEqual(first.recordSets.map(short), ['a.t. A', 'b.t. A 1'])
  assert.deepEqual(first.next, { name: 'b.t.', type: 'A', identifier: '2' })
  assert.deepEqual(listed(sets, first.next, 2).recordSets.map(short), ['b.t. A 2', 'b.t. TXT'])
  assert.deepEqual(listed(sets, { name: 'B.T', type: 'TXT' }).recordSets.map(short), ['b.t. TXT', 'c.t. A'])
  assert.deepEqual(listed(sets, { name: 'bb.t.' }).recordSets.map(short), ['c.t. A'])
  assert.equal(listed(sets).next, undefined)
})

test('page after page gives every record set once, in order', () => {
  const label = fc.constantFrom('a', 'b', 'a-b', 'a\\041', '\\052', 'z')
  const name = fc.array(label, { minLength: 0, maxLength: 3 }).map(labels => [...labels, 'x.test.'].join('.'))
  const sets = fc
    .uniqueArray(fc.tuple(name, fc.constantFrom('A', 'NS', 'TXT')), { selector: String })
    .map(found => found.map(([n, t]) => set(n, t)))
  fc.assert(
    fc.property(sets, fc.integer({ min: 1, max: 5 }), (all, max) => {
      const whole = listed(all).recordSets.map(short)
      const parts: string[] = []
      for (let start: Parameters<typeof listRecordSets>[1] | undefined = {}; start !== undefined; ) {
        const page = listed(all, start, max)
        parts.push(...page.recordSets.map(short))
        start = page.next
      }
      assert.deepEqual(parts, whole)
      assert.equal(new Set(parts).size, all.length)
    }),
  )
})

test('at most 300 to a page', () => {
  const sets = Array.from({ length: 400 }, (_, i) => set(`n${i}.t.`))
  assert.equal(listed(sets, {}, 1_000).recordSets.length, 300)
})

test('a type without a name and an identifier without a type are refused', () => {
  for (const start of [{ type: 'A' }, { name: 'a.t.', identifier: '1' }, { name: 'a b' }]) {
    const outcome = listRecordSets([], start)
    assert.ok(outcome.kind === 'refused' && outcome.code === 'InvalidInput')
  }
})

const zone = (Id: string, Name: string, CallerReference = Id) => ({ Id, Name, CallerReference })

const creations: readonly [name: string, reference: string, outcome: string][] = [
  ['New.Test', 'r2', 'accepted'],
  ['sub.x.test', 'r2', 'accepted'],
  ['x.test', 'r2', 'ConflictingDomainExists'],
  ['X.TEST.', 'r2', 'ConflictingDomainExists'],
  ['new.test', 'Z1', 'HostedZoneAlreadyExists'],
  ['com', 'r2', 'InvalidDomainName'],
  ['', 'r2', 'InvalidDomainName'],
  ['.', 'r2', 'InvalidDomainName'],
  ['*.test', 'r2', 'InvalidDomainName'],
  ['a..test', 'r2', 'InvalidDomainName'],
  ['a b.test', 'r2', 'InvalidDomainName'],
  [`${'a'.repeat(64)}.test`, 'r2', 'InvalidDomainName'],
]

for (const [name, CallerReference, wanted] of creations) {
  test(`a zone named '${name.slice(0, 20)}', reference ${CallerReference} → ${wanted}`, () => {
    const outcome = createHostedZone(
      { Id: 'Z2', Name: name, CallerReference },
      [zone('Z1', 'x.test.')],
      ['ns1.x.test'],
    )
    assert.equal(outcome.kind === 'accepted' ? 'accepted' : outcome.code, wanted)
  })
}

test('a new zone has its NS and SOA and may be deleted while it has no more', () => {
  const outcome = createHostedZone(
    { Id: 'Z2', Name: 'New.Test', CallerReference: 'r' },
    [],
    ['ns1.a.test', 'ns2.b.test.'],
  )
  assert.ok(outcome.kind === 'accepted')
  assert.deepEqual(outcome.zone, { Id: 'Z2', Name: 'new.test.', CallerReference: 'r' })
  assert.deepEqual(outcome.recordSets, defaultRecordSets('new.test.', ['ns1.a.test.', 'ns2.b.test.']))
  assert.deepEqual(
    outcome.recordSets.map(one => [one.Type, one.TTL, one.ResourceRecords?.map(({ Value }) => Value)]),
    [
      ['NS', 172_800, ['ns1.a.test.', 'ns2.b.test.']],
      ['SOA', 900, ['ns1.a.test. hostmaster.new.test. 1 7200 900 1209600 86400']],
    ],
  )
  assert.equal(refuseZoneDeletion(outcome.zone, outcome.recordSets), undefined)
  const refused = refuseZoneDeletion(outcome.zone, [...outcome.recordSets, set('sub.new.test.', 'NS')])
  assert.ok(refused !== undefined)
  assert.equal(refused.code, 'HostedZoneNotEmpty')
  assert.equal(
    textOf(refused),
    'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
  )
})

test('zones by name, page after page', () => {
  const zones = [zone('Z3', 'b.test.'), zone('Z1', 'a.org.'), zone('Z4', 'a.test.'), zone('Z2', 'x.a.test.')]
  const first = listZonesByName(zones, {}, 3)
  assert.ok(first.kind === 'page')
  assert.deepEqual(
    first.zones.map(({ Id }) => Id),
    ['Z1', 'Z4', 'Z2'],
  )
  assert.deepEqual(first.next, { dnsName: 'b.test.', hostedZoneId: 'Z3' })
  const second = listZonesByName(zones, first.next)
  assert.ok(second.kind === 'page')
  assert.deepEqual(
    second.zones.map(({ Id }) => Id),
    ['Z3'],
  )
  assert.equal(listZonesByName(zones, { hostedZoneId: 'Z1' }).kind, 'refused')
})
