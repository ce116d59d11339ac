import { below, choose, type Random } from '../../src/base/random.ts'
import { type RecordSetFields, zoneDocuments } from '../../src/testing/dns-documents.ts'

/** Names are absolute master-file text; odd bytes are \DDD. A value that Route 53 writes in another way has that way beside it. */
export interface TestRecordSet {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly values: readonly (string | { readonly masterFile: string; readonly route53: string })[]
}

export interface TestZone {
  readonly apex: string
  readonly records: readonly TestRecordSet[]
}

export function recordSet(name: string, type: string, ...values: TestRecordSet['values']): TestRecordSet {
  return { name, type, ttl: 300, values }
}

/** As the store holds them. */
export function route53Documents(zones: readonly TestZone[]): Record<string, object> {
  const idOf = (apex: string): string => `Z${apex.replaceAll(/[^a-z0-9]/g, '')}`.toUpperCase()
  return Object.assign(
    {},
    ...zones.map(zone => zoneDocuments(idOf(zone.apex), zone.apex, route53RecordSets(zone))),
  ) as Record<string, object>
}

export function route53RecordSets(zone: TestZone): RecordSetFields[] {
  return zone.records.map(record => ({
    Name: route53Name(record.name),
    Type: record.type as RecordSetFields['Type'],
    TTL: record.ttl,
    ResourceRecords: record.values.map(value => ({
      Value: typeof value === 'string' ? value : value.route53,
    })),
  }))
}

/** Octal, and the asterisk too, as Route 53 itself lists names. */
function route53Name(name: string): string {
  return name
    .replaceAll(/\\(\d{3})/g, (_, decimal: string) => `\\${Number(decimal).toString(8).padStart(3, '0')}`)
    .replace(/^\*/, '\\052')
}

/** As NSD and Knot read it; the serial is the one that we serve. */
export function masterFile(zone: TestZone, serial: number): string {
  const lines = zone.records.flatMap(({ name, type, ttl, values }) =>
    values.map(value => {
      const text = typeof value === 'string' ? value : value.masterFile
      const data = type === 'SOA' ? text.replace(/ \d+/, ` ${serial}`) : text
      return `${name} ${ttl} IN ${type} ${data}`
    }),
  )
  return `${lines.join('\n')}\n`
}

export function labelsOf(name: string): Uint8Array[] {
  return name
    .split('.')
    .filter(label => label !== '')
    .map(label =>
      Buffer.from(
        label.replaceAll(/\\(\d{3})/g, (_, decimal: string) => String.fromCharCode(Number(decimal))),
        'latin1',
      ),
    )
}

function authority(apex: string, soaTtl: number, minimum: number): TestRecordSet[] {
  return [
    {
      ...recordSet(apex, 'SOA', `ns1.${apex} hostmaster.${apex} 1 7200 900 1209600 ${minimum}`),
      ttl: soaTtl,
    },
    recordSet(apex, 'NS', `ns1.${apex}`, 'ns.elsewhere.example.'),
    recordSet(`ns1.${apex}`, 'A', '192.0.2.1'),
  ]
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** One of each type that is served, beside those which other places of the odd zone have anyway. */
export const samples: readonly TestRecordSet[] = [
  recordSet('types.odd.test.', 'A', '192.0.2.7', '192.0.2.8'),
  recordSet('types.odd.test.', 'AAAA', '2001:db8::7', '::ffff:192.0.2.1', '::'),
  recordSet('types.odd.test.', 'MX', '0 mail.odd.test.', '65535 mail.elsewhere.example.'),
  recordSet('types.odd.test.', 'TXT', '"one" "two"', '"v=spf1 -all"', '""'),
  recordSet('types.odd.test.', 'SPF', '"v=spf1 ip4:192.0.2.0/24 -all"'),
  recordSet('types.odd.test.', 'PTR', 'host.odd.test.', 'host.elsewhere.example.'),
  recordSet('types.odd.test.', 'SRV', '0 0 5432 a.odd.test.', '65535 65535 65535 .'),
  recordSet(
    'types.odd.test.',
    'CAA',
    '0 issue "ca.example.net; policy=ev"',
    '128 tbs "unknown"',
    '0 issue ";"',
  ),
  recordSet(
    'types.odd.test.',
    'NAPTR',
    '100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.odd.test.',
    '1 1 "" "" "!^.*$!sip:info@odd.test!" .',
  ),
  recordSet('types.odd.test.', 'SSHFP', '2 1 123456789abcdef67890123456789abcdef67890'),
  recordSet(
    'types.odd.test.',
    'TLSA',
    '3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971',
  ),
  recordSet(
    'types.odd.test.',
    'SVCB',
    '0 host.odd.test.',
    '1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1',
    '16 foo.odd.test. mandatory=alpn,port alpn=h2 port=53 key667="hello"',
  ),
  recordSet('types.odd.test.', 'HTTPS', '1 . alpn=h3,h2 no-default-alpn ech=AEj+DQBEAQAgACAdd+scUi0I'),
]

const txtOfBytes = {
  masterFile: `"${range(256)
    .slice(0, 255)
    .map(byte => `\\${String(byte).padStart(3, '0')}`)
    .join('')}"`,
  route53: `"${range(256)
    .slice(0, 255)
    .map(byte => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('')}"`,
}

/** What goes wrong in name servers, by hand. `child.odd.test.` is delegated to ourselves: both sides of that cut are served. */
export function oddZones(): TestZone[] {
  const odd = 'odd.test.'
  const deep = `${range(50).join('.')}.${odd}`
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(52)}.${odd}`
  const chain = range(7).map(i => recordSet(`chain${i}.${odd}`, 'CNAME', `chain${i + 1}.${odd}`))
  return [
    {
      apex: odd,
      records: [
        ...authority(odd, 900, 60),
        recordSet(odd, 'TXT', '"apex"'),
        recordSet(odd, 'A', '192.0.2.80'),
        ...samples,
        recordSet(`host.${odd}`, 'A', '192.0.2.2'),
        recordSet(`a.ent.below.${odd}`, 'A', '192.0.2.3'),
        recordSet(deep, 'A', '192.0.2.4'),
        recordSet(longest, 'A', '192.0.2.5'),
        recordSet(longest, 'TXT', '"x"'),
        // Odd bytes in labels: dot, backslash, space, zero, 255, quote, asterisk as part.
        recordSet(`a\\046b.${odd}`, 'A', '192.0.2.10'),
        recordSet(`a\\092b.${odd}`, 'A', '192.0.2.11'),
        recordSet(`a\\032b.${odd}`, 'A', '192.0.2.12'),
        recordSet(`\\000.${odd}`, 'A', '192.0.2.13'),
        recordSet(`\\255\\128.${odd}`, 'A', '192.0.2.14'),
        recordSet(`\\034\\059\\040.${odd}`, 'A', '192.0.2.15'),
        recordSet(`x*y.${odd}`, 'A', '192.0.2.16'),
        recordSet(`_443._tcp.${odd}`, 'TXT', '"underscore"'),
        recordSet(`under.*.star.${odd}`, 'A', '192.0.2.17'),
        // Wildcards (RFC 4592 section 2.2.1 and more).
        recordSet(`*.wild.${odd}`, 'TXT', '"wild"'),
        recordSet(`*.wild.${odd}`, 'A', '192.0.2.20', '192.0.2.21'),
        recordSet(`host.wild.${odd}`, 'A', '192.0.2.22'),
        recordSet(`a.ent.wild.${odd}`, 'A', '192.0.2.23'),
        recordSet(`*.*.wild2.${odd}`, 'A', '192.0.2.24'),
        recordSet(`*.wild3.${odd}`, 'CNAME', `host.${odd}`),
        recordSet(`*.wild4.${odd}`, 'CNAME', `x.wild4.${odd}`),
        recordSet(`*.wild5.${odd}`, 'CNAME', `x.wild.${odd}`),
        recordSet(`*.${'w'.repeat(63)}.${odd}`, 'A', '192.0.2.25'),
        recordSet(`sub.cut.wild.${odd}`, 'NS', 'ns.elsewhere.example.'),
        // CNAMEs.
        ...chain,
        recordSet(`chain7.${odd}`, 'A', '192.0.2.30'),
        recordSet(`loop.${odd}`, 'CNAME', `loop.${odd}`),
        recordSet(`loop-a.${odd}`, 'CNAME', `loop-b.${odd}`),
        recordSet(`loop-b.${odd}`, 'CNAME', `loop-a.${odd}`),
        recordSet(`to-loop.${odd}`, 'CNAME', `loop-a.${odd}`),
        recordSet(`to-outside.${odd}`, 'CNAME', 'www.elsewhere.example.'),
        recordSet(`to-nowhere.${odd}`, 'CNAME', `missing.${odd}`),
        recordSet(`to-ent.${odd}`, 'CNAME', `ent.below.${odd}`),
        recordSet(`to-wild.${odd}`, 'CNAME', `any.wild.${odd}`),
        recordSet(`to-cut.${odd}`, 'CNAME', `host.cut.${odd}`),
        recordSet(`to-at-cut.${odd}`, 'CNAME', `cut.${odd}`),
        recordSet(`to-glue.${odd}`, 'CNAME', `ns1.cut.${odd}`),
        recordSet(`to-child.${odd}`, 'CNAME', `host.child.${odd}`),
        recordSet(`to-apex.${odd}`, 'CNAME', odd),
        recordSet(`to-root.${odd}`, 'CNAME', '.'),
        recordSet(`below.to-outside.${odd}`, 'A', '192.0.2.31'),
        // Delegations.
        recordSet(`cut.${odd}`, 'NS', `ns1.cut.${odd}`, `ns2.deep.cut.${odd}`, 'ns.elsewhere.example.'),
        recordSet(`cut.${odd}`, 'TXT', '"hidden by the cut"'),
        recordSet(`ns1.cut.${odd}`, 'A', '192.0.2.40'),
        recordSet(`ns1.cut.${odd}`, 'AAAA', '2001:db8::40'),
        recordSet(`ns2.deep.cut.${odd}`, 'A', '192.0.2.41'),
        recordSet(`host.cut.${odd}`, 'A', '192.0.2.42'),
        recordSet(`self.${odd}`, 'NS', `self.${odd}`),
        recordSet(`self.${odd}`, 'A', '192.0.2.43'),
        recordSet(`no-glue.${odd}`, 'NS', `ns.no-glue.${odd}`, 'ns.elsewhere.example.'),
        recordSet(`inner.outer.${odd}`, 'NS', `ns.inner.outer.${odd}`),
        recordSet(`outer.${odd}`, 'NS', 'ns.elsewhere.example.'),
        recordSet(`*.outer.${odd}`, 'A', '192.0.2.45'),
        recordSet(`wild-glue.${odd}`, 'NS', `ns.outer.${odd}`, `ns.wild.${odd}`),
        recordSet(`child.${odd}`, 'NS', `ns1.child.${odd}`),
        recordSet(`ns1.child.${odd}`, 'A', '192.0.2.44'),
        recordSet(`signed.${odd}`, 'NS', 'ns.elsewhere.example.'),
        recordSet(
          `signed.${odd}`,
          'DS',
          '12345 13 2 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971',
        ),
        // Sizes: a UDP reply that fits 1232 and not 512, one that fits nowhere, one of every byte.
        recordSet(`middle.${odd}`, 'TXT', ...range(6).map(i => `"${String(i).padEnd(100, 'm')}"`)),
        recordSet(`long.${odd}`, 'TXT', ...range(90).map(i => `"${String(i).padEnd(250, 'l')}"`)),
        recordSet(`many.${odd}`, 'A', ...range(250).map(i => `198.51.100.${i}`)),
        recordSet(`bytes.${odd}`, 'TXT', txtOfBytes),
        recordSet(`ttl.${odd}`, 'TXT', '"ttl"'),
        { ...recordSet(`ttl0.${odd}`, 'A', '192.0.2.60'), ttl: 0 },
        { ...recordSet(`ttl-max.${odd}`, 'A', '192.0.2.61'), ttl: 2_147_483_647 },
      ],
    },
    {
      apex: `child.${odd}`,
      records: [
        ...authority(`child.${odd}`, 30, 86_400),
        recordSet(`host.child.${odd}`, 'A', '192.0.2.50'),
        recordSet(`up.child.${odd}`, 'CNAME', `host.${odd}`),
      ],
    },
  ]
}

/** Few labels and few levels, so that everything meets everything. */
const alphabet = ['a', 'b', 'c', '*']

export function randomName(random: Random, apex: string, depthMax = 4): string {
  const depth = 1 + below(random, depthMax)
  const labels = range(depth).map(() => choose(random, alphabet) ?? 'a')
  return `${labels.join('.')}.${apex}`
}

/** Keeps the rules that every server asks of a zone file: a CNAME stands alone, no NS at a wildcard. */
export function randomZone(random: Random, apex: string): TestZone {
  const sets = new Map<string, TestRecordSet>()
  for (const record of authority(apex, below(random, 2) === 0 ? 900 : 30, 300))
    sets.set(`${record.name} ${record.type}`, record)
  const typesAt = (name: string): string[] =>
    [...sets.values()].filter(record => record.name === name).map(record => record.type)
  for (let count = 8 + below(random, 30); count > 0; count--) {
    const made = randomRecordSet(random, apex)
    const types = typesAt(made.name)
    if (types.includes('CNAME') || types.includes(made.type)) continue
    if (made.type === 'CNAME' && types.length > 0) continue
    if (made.type === 'DS' && !types.includes('NS')) continue
    sets.set(`${made.name} ${made.type}`, made)
  }
  return { apex, records: [...sets.values()] }
}

function randomRecordSet(random: Random, apex: string): TestRecordSet {
  const name = randomName(random, apex)
  const target = (): string => (below(random, 8) === 0 ? 'www.elsewhere.example.' : randomName(random, apex))
  switch (below(random, 8)) {
    case 0:
    case 1:
      return recordSet(name, 'CNAME', target())
    case 2:
      if (name.startsWith('*')) return recordSet(name, 'A', '192.0.2.3')
      return recordSet(name, 'NS', ...new Set([target(), target()]))
    case 3:
      return recordSet(name, 'TXT', `"${name}"`)
    case 4:
      return recordSet(name, 'MX', `10 ${target()}`)
    case 5:
      return recordSet(name, 'DS', '1 13 2 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971')
    case 6:
      return recordSet(name, 'AAAA', '2001:db8::1')
    default:
      return recordSet(name, 'A', '192.0.2.1', '192.0.2.2')
  }
}
