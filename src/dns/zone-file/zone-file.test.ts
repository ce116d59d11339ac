import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  demoZoneId,
  failoverDocuments,
  snapshotOf,
  values,
  zoneDocuments,
} from '../../testing/dns-documents.ts'
import { nameOfWire } from '../wire/name.ts'
import { formatRecordValue, parseRecordValue } from '../wire/records/record-value.ts'
import { nameToRoute53, type Route53RecordSet } from '../zone/record-set.ts'
import { exportZoneFile } from './export-zone-file.ts'
import { importZoneFile } from './import-zone-file.ts'
import { planZoneImport } from './plan-zone-import.ts'

const zone = 'demo.test.'

function imported(text: string): Route53RecordSet[] {
  const result = importZoneFile(text, zone)
  assert.deepEqual(result.mistakes, undefined)
  return [...(result.recordSets ?? [])]
}

const shown = (sets: readonly Route53RecordSet[]): string[] =>
  sets.map(one => `${one.Name} ${one.TTL} ${one.Type} ${one.ResourceRecords?.map(r => r.Value).join(' | ')}`)

test('a zone file with everything that RFC 1035 allows', () => {
  const text = `\uFEFF; a comment
$TTL 1h30m
@   IN SOA ns1 hostmaster ( 2026112201 ; serial
        2h 15m
        2w ; expire
        1d )
    NS ns1                ; owner of the line before
    IN 5400 NS ns2.other.test.
ns1 300 in A 192.0.2.1\r
WWW IN 60 A 192.0.2.2 ; order of class and TTL is free
    60 IN A 192.0.2.3
* A 192.0.2.4
a\\.b TXT "a;b(c)" plain \\"q\\" "\\195\\169 é"
semi\\;colon CNAME @
$ORIGIN sub
mx MX 10 mail
   HTTPS 1 . alpn="h2,h3" port=8443
$ORIGIN deep.sub.demo.test.
@ TYPE65280 \\# 2 ( ab
  cd )
x A \\# 4 c0000205
y type1 192.0.2.6
`
  assert.deepEqual(shown(imported(text)), [
    'demo.test. 5400 SOA ns1.demo.test. hostmaster.demo.test. 2026112201 7200 900 1209600 86400',
    'demo.test. 5400 NS ns1.demo.test. | ns2.other.test.',
    'ns1.demo.test. 300 A 192.0.2.1',
    'www.demo.test. 60 A 192.0.2.2 | 192.0.2.3',
    '\\052.demo.test. 5400 A 192.0.2.4',
    'a\\056b.demo.test. 5400 TXT "a;b(c)" "plain" "\\"q\\"" "\\303\\251 \\303\\251"',
    'semi\\073colon.demo.test. 5400 CNAME demo.test.',
    'mx.sub.demo.test. 5400 MX 10 mail.sub.demo.test.',
    'mx.sub.demo.test. 5400 HTTPS 1 . alpn="h2,h3" port=8443',
    'deep.sub.demo.test. 5400 TYPE65280 \\# 2 abcd',
    'x.deep.sub.demo.test. 5400 A 192.0.2.5',
    'y.deep.sub.demo.test. 5400 A 192.0.2.6',
  ])
})

test('without $TTL: the TTL before, and for the SOA its minimum', () => {
  assert.deepEqual(shown(imported('@ SOA a. b. 1 2 3 4 77\nx A 192.0.2.1\ny 5 A 192.0.2.1\nz A 192.0.2.1')), [
    'demo.test. 77 SOA a. b. 1 2 3 4 77',
    'x.demo.test. 77 A 192.0.2.1',
    'y.demo.test. 5 A 192.0.2.1',
    'z.demo.test. 5 A 192.0.2.1',
  ])
})

test('every mistake at once, each at its place', () => {
  const text = `$INCLUDE other.zone
$GENERATE 1-9 host$ A 192.0.2.$
$TTL soon
$COLOUR red
 A 192.0.2.1
x A 192.0.2.1
y 300 A 192.0.2.256
z 300 AAA ::1
outside.other. 300 A 192.0.2.1
w 300 TXT "open
v 300 TXT "a""b"
u 300 MX 10
t 300 CH A 192.0.2.1
s 300
r 300 CNAME a.
r 300 A 192.0.2.1
q 300 A 192.0.2.1
q 600 A 192.0.2.2
@ 300 CNAME a.
p 300 CNAME a.
p 300 CNAME b.
sub 300 SOA a. b. 1 2 3 4 5
o 300 TSIG \\# 0
a..b 300 A 192.0.2.1
n 300 A )
m 300 SOA a. b. ( 1 2 3`
  const { mistakes = [] } = importZoneFile(text, zone)
  assert.deepEqual(
    mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`),
    [
      '1:1 $INCLUDE is not read: put the records of that file here, or import it by itself',
      '2:1 $GENERATE is not read: write the records out',
      '3:6 expected a TTL such as 300 or 5m, found soon',
      '4:1 unknown directive $COLOUR: $ORIGIN and $TTL are known; a name that begins with a dollar is written \\$',
      '5:2 a record without a name, and none before it',
      '6:3 no TTL: give the record one, or put $TTL 300 above it',
      '7:9 A: value is not a valid IPv4 address: 192.0.2.256',
      '8:7 unknown record type AAA, perhaps AAAA; others are written TYPE65280 \\# LENGTH HEX',
      '9:1 outside.other. is not within the zone demo.test.',
      '10:11 the quoted string is not closed on its line',
      '11:14 expected a blank before "; write a quote within a word as \\"',
      '12:10 MX: value must consist of 2 fields: 10',
      '13:7 expected class IN, found CH',
      '14:3 expected a record type, found 300; a TTL is at most 2147483647',
      '16:1 r.demo.test. A: the name has a CNAME on line 15, which suffers no others',
      '18:1 q.demo.test. A: TTL 600, but 300 on line 17: all records of one name and type have one TTL',
      "19:1 CNAME at demo.test.: the zone's own name has SOA and NS, and CNAME suffers no others",
      '21:1 p.demo.test. CNAME: a second one; the first is on line 20',
      '22:1 SOA at sub.demo.test.: it belongs to demo.test.',
      '23:7 unknown record type TSIG; others are written TYPE65280 \\# LENGTH HEX',
      '24:1 domain label is empty: a..b',
      '25:9 a closing parenthesis without an opening one',
      '26:17 the parenthesis is never closed',
    ],
  )
})

test('a file of some other kind: a bounded number of mistakes', () => {
  const { mistakes = [] } = importZoneFile('one two three\n'.repeat(10_000), zone)
  assert.equal(mistakes.length, 100)
})

test('any text is read, or its mistakes lie within it', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(
      '\n',
      ' ',
      '(',
      ')',
      '"',
      ';',
      '\\',
      '$TTL 5',
      '$ORIGIN x',
      '@',
      'IN',
      'A',
      'TXT',
      '192.0.2.1',
      '300',
    ),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), parts => {
      const text = parts.join(' ').replaceAll(' \n ', '\n')
      const { mistakes = [] } = importZoneFile(text, zone)
      const lines = text.split('\n')
      for (const { line, column } of mistakes)
        assert.ok(line <= lines.length && column <= (lines[line - 1] ?? '').length + 1, `${line}:${column}`)
    }),
    { numRuns: 500 },
  )
})

/** Names of any bytes, and values of types whose text is not simple. */
const label = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map(bytes => nameOfWire(Uint8Array.from([bytes.length, ...bytes, 0])))
const strings = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 3 })
const recordSet: fc.Arbitrary<Route53RecordSet> = fc
  .tuple(
    fc.array(label, { maxLength: 2 }),
    fc.oneof(
      strings.map(found => ({ type: 'TXT', strings: found }) as const),
      label.map(target => ({ type: 'PTR', target }) as const),
      fc.ipV4().map(address => ({ type: 'A', address }) as const),
      strings.map(([value = new Uint8Array(0)]) => ({ type: 'CAA', flags: 0, tag: 'issue', value }) as const),
    ),
    fc.nat(100_000),
  )
  .map(([labels, data, TTL]) => ({
    Name: nameToRoute53(`${labels.join('')}${zone}`),
    Type: data.type,
    TTL,
    ResourceRecords: [{ Value: formatRecordValue(data) }],
  }))

test('what is exported reads back to the same, and is exported the same again', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(recordSet, { selector: one => `${one.Name} ${one.Type}`, maxLength: 8 }),
      sets => {
        const text = exportZoneFile(zone, sets)
        const again = imported(text)
        assert.deepEqual(shown(again).sort(), shown(sets).sort())
        assert.equal(exportZoneFile(zone, again), text)
      },
    ),
  )
})

test('the export is in canonical order; policies and aliases are comments, with what is answered now', async () => {
  const snapshot = await snapshotOf(
    failoverDocuments([
      values('b.demo.test.', 'A', '192.0.2.9'),
      values('z.a.demo.test.', 'MX', '1 b.demo.test.'),
    ]),
  )
  const sets = snapshot
    .list<{ ResourceRecordSet: Route53RecordSet }>(`route53/zone/${demoZoneId}/record-set/`)
    .map(({ value }) => value.ResourceRecordSet)
  const text = exportZoneFile(zone, sets, (name, type) => ({
    ttlSeconds: 5,
    data: name === 'data.demo.test.' && type === 'A' ? [parseRecordValue('A', '127.0.1.1')] : [],
  }))
  assert.deepEqual(
    text
      .trim()
      .split('\n')
      .map(line => line.replaceAll(/\s+/g, ' ')),
    [
      '$ORIGIN demo.test.',
      '@ 900 IN SOA ns1.demo.test. hostmaster.demo.test. 1 7200 900 1209600 86400',
      '@ 300 IN NS ns1.demo.test.',
      'z.a 300 IN MX 1 b.demo.test.',
      'b 300 IN A 192.0.2.9',
      '; not of a zone file: data A failover PRIMARY "active" alias of active.elb.demo.test.',
      '; not of a zone file: data A failover SECONDARY "passive" alias of passive.elb.demo.test.',
      'data 5 IN A 127.0.1.1',
      'ns1 300 IN A 127.0.0.1',
    ],
  )
})

test('an import says what it changes, keeps what a zone file cannot say, and is guarded', async () => {
  const snapshot = await snapshotOf(
    failoverDocuments([
      values('old.demo.test.', 'A', '192.0.2.9'),
      values('same.demo.test.', 'A', '192.0.2.1', '192.0.2.2'),
    ]),
  )
  const plan = planZoneImport(
    snapshot,
    zone,
    imported('$TTL 300\nns1 A 127.0.0.9\nsame A 192.0.2.2\n A 192.0.2.1\nnew A 192.0.2.3\n'),
  )
  assert.deepEqual(
    {
      ...plan,
      guards: plan.guards.length,
      changes: plan.changes.map(({ key, value }) => [key.split('/record-set/')[1], value !== undefined]),
    },
    {
      zoneId: demoZoneId,
      isNewZone: false,
      guards: 9,
      changes: [
        ['ns1.demo.test./A/', true],
        ['old.demo.test./A/', false],
        ['new.demo.test./A/', true],
      ],
      added: ['new.demo.test. A'],
      changed: ['ns1.demo.test. A'],
      deleted: ['old.demo.test. A'],
      unchanged: 1,
      kept: ['data.demo.test. A', 'demo.test. NS', 'demo.test. SOA'],
    },
  )
})

test('the addresses of name servers stay while the file does not name the servers', async () => {
  const snapshot = await snapshotOf(failoverDocuments())
  const plan = (text: string) => planZoneImport(snapshot, zone, imported(text))
  assert.deepEqual(plan('www 60 A 192.0.2.1').deleted, [])
  assert.ok(plan('www 60 A 192.0.2.1').kept.includes('ns1.demo.test. A'))
  assert.deepEqual(plan('@ 60 NS ns.other.').deleted, ['ns1.demo.test. A'])
})

test('a file that names what a policy decides takes its place', async () => {
  const snapshot = await snapshotOf(failoverDocuments())
  const plan = planZoneImport(snapshot, zone, imported('data 60 A 192.0.2.1'))
  assert.deepEqual(plan.changed, ['data.demo.test. A'])
  assert.deepEqual(
    plan.changes
      .filter(({ key }) => key.includes('/data.'))
      .map(({ key, value }) => [key.split('/').at(-1), value !== undefined]),
    [
      ['active', false],
      ['passive', false],
      ['', true],
    ],
  )
})

test('a zone that is new gets SOA and NS where the file has none; a second import changes nothing', async () => {
  const text = '$TTL 60\nwww A 192.0.2.1\n* A 192.0.2.2\n'
  const plan = planZoneImport(await snapshotOf({}), zone, imported(text))
  assert.ok(plan.isNewZone)
  assert.deepEqual(plan.added, ['\\052.demo.test. A', 'demo.test. NS', 'demo.test. SOA', 'www.demo.test. A'])
  const after = await snapshotOf(Object.fromEntries(plan.changes.map(({ key, value }) => [key, value ?? {}])))
  const again = planZoneImport(after, zone, imported(text))
  assert.deepEqual([again.changes, again.unchanged, again.zoneId], [[], 2, plan.zoneId])
})

test('a wildcard written with a star is the same as one written in octal', async () => {
  const snapshot = await snapshotOf(zoneDocuments('Z2', zone, [values('*.demo.test.', 'A', '192.0.2.1')]))
  const plan = planZoneImport(snapshot, zone, imported('* 300 A 192.0.2.1'))
  assert.deepEqual([plan.changes, plan.unchanged], [[], 1])
})
