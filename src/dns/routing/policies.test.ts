import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePrefix } from '../../base/ip-address.ts'
import { seededRandom } from '../../base/random.ts'
import { type Decision, follow, forkOf, leafOf, nothing } from './decision.ts'
import { readGeoDatabase } from './geo-database.ts'
import { geolocation } from './geolocation.ts'
import { ipBased } from './ip-based.ts'
import { latency } from './latency.ts'
import { multivalue } from './multivalue.ts'
import { type NetworkRow, type NetworkTable, networkTable } from './network-table.ts'
import { type Candidate, policyOf, type Routing } from './policy.ts'
import { simple } from './simple.ts'
import { weighted } from './weighted.ts'

type Fields = Candidate['record']
/** `+`: healthy, `-`: unhealthy, `0`: has nothing to give. */
type Sign = '+' | '-' | '0'

function candidates(
  found: Readonly<Record<string, Sign>>,
  fields: (name: string) => Partial<Fields>,
): Candidate[] {
  return Object.entries(found).map(([name, sign]) => ({
    record: { Name: 'x.', Type: 'A', ...fields(name) },
    healthy: sign !== '-',
    isPresent: sign !== '0',
  }))
}

function table<T>(rows: Readonly<Record<string, T>>): NetworkTable<T> {
  const made = networkTable(
    Object.entries(rows).map(([text, value]): NetworkRow<T> => {
      const prefix = parsePrefix(text)
      assert.ok(prefix !== undefined, text)
      return { prefix, value }
    }),
  )
  assert.ok(made !== undefined)
  return made
}

/** What a client gets, by the candidates' places. */
function answered(
  { choice }: Routing,
  found: Readonly<Record<string, Sign>>,
  address = '192.0.2.1',
  turn = 0,
): string {
  const branches = Object.entries(found).map(
    ([name, sign]): Decision<string> => (sign === '0' ? nothing : leafOf(name)),
  )
  return follow(forkOf(choice, branches), { source: { address }, turn, scopeBits: 0 }) ?? 'nothing'
}

test('the policy is the element that is present', () => {
  const rows: readonly [Partial<Fields>, string][] = [
    [{}, 'simple'],
    [{ Failover: 'PRIMARY' }, 'failover'],
    [{ Weight: 0 }, 'weighted'],
    [{ MultiValueAnswer: true }, 'multivalue'],
    [{ MultiValueAnswer: false }, 'simple'],
    [{ Region: 'eu-west-1' }, 'latency'],
    [{ GeoLocation: { CountryCode: '*' } }, 'geolocation'],
    [{ CidrRoutingConfig: { CollectionId: 'c', LocationName: '*' } }, 'ip-based'],
    [{ GeoProximityLocation: {} }, 'geoproximity'],
  ]
  for (const [fields, policy] of rows) assert.equal(policyOf({ Name: 'x.', Type: 'A', ...fields }), policy)
})

test('simple: the one record, healthy or not', () => {
  for (const sign of ['+', '-'] as const) assert.equal(answered(simple(), { one: sign }), 'one')
})

/** Names are weights, with a letter to tell them apart. */
const weights: readonly [found: Readonly<Record<string, Sign>>, drawn: readonly string[]][] = [
  [{ '1': '+', '3': '+', '0': '+' }, ['1', '3']],
  [{ '1': '+', '3': '-', '0': '+' }, ['1']],
  [{ '1': '-', '3': '-', '0': '+', '0b': '+' }, ['0', '0b']],
  [{ '1': '-', '3': '-', '0': '-' }, ['1', '3']],
  [{ '0': '+', '0b': '+' }, ['0', '0b']],
  [{ '0': '-', '0b': '-' }, ['0', '0b']],
  [{ '0': '-', '0b': '+' }, ['0b']],
  [{ '1': '0', '3': '+' }, ['3']],
  [{ '1': '0', '0': '-' }, ['0']],
  [{ '1': '0' }, ['nothing']],
]

for (const [found, drawn] of weights) {
  test(`weighted ${JSON.stringify(found)} → ${drawn.join(' or ')}`, () => {
    const routing = weighted(
      candidates(found, name => ({ Weight: Number.parseInt(name, 10) })),
      7,
    )
    const random = seededRandom(1)
    const seen = new Set(Array.from({ length: 300 }, () => answered(routing, found, '', random.uint32())))
    assert.deepEqual([...seen].sort(), drawn)
  })
}

test('weighted: as often as the weights say', () => {
  const found = { '10': '+', '30': '+', '60': '+', '0': '+' } as const
  const routing = weighted(
    candidates(found, name => ({ Weight: Number(name) })),
    99,
  )
  const counts: Record<string, number> = {}
  const random = seededRandom(5)
  for (let i = 0; i < 20_000; i++) {
    const name = answered(routing, found, '', random.uint32())
    counts[name] = (counts[name] ?? 0) + 1
  }
  for (const name of ['10', '30', '60'])
    assert.ok(Math.abs((counts[name] ?? 0) / 200 - Number(name)) < 1.5, name)
  assert.equal(counts['0'], undefined)
})

test('two groups with the same draw choose apart', () => {
  const found = { '1': '+', '1b': '+' } as const
  const group = (salt: number) =>
    weighted(
      candidates(found, () => ({ Weight: 1 })),
      salt,
    )
  const random = seededRandom(3)
  const pairs = Array.from({ length: 200 }, () => random.uint32()).map(
    turn => answered(group(1), found, '', turn) + answered(group(2), found, '', turn),
  )
  assert.equal(new Set(pairs).size, 4)
})

const signs = (text: string): Record<string, Sign> =>
  Object.fromEntries(text.split('').map((sign, index) => [String(index), sign as Sign]))

const multivalues: readonly [signs: string, sizes: readonly number[], windows: number][] = [
  ['+++', [3], 1],
  ['+-+', [2], 1],
  ['---', [3], 1],
  ['-0+', [1], 1],
  ['000', [], 0],
  ['++++++++', [8], 1],
  ['+++++++++', [8], 9],
  ['+++++++++---', [8], 9],
  ['------------', [8], 12],
]

for (const [text, sizes, count] of multivalues) {
  test(`multivalue ${text}: ${count} answers of ${sizes.join()}`, () => {
    const { windows } = multivalue(candidates(signs(text), () => ({ MultiValueAnswer: true })))
    assert.equal(windows.length, count)
    assert.deepEqual([...new Set(windows.map(window => window.length))], sizes)
    const isAnyHealthy = text.includes('+')
    for (const index of windows.flat()) assert.equal(text[index] === '+', isAnyHealthy)
    // Each as often as any other.
    const all = windows.flat()
    const counts = new Set(all.map(index => all.filter(other => other === index).length))
    assert.ok(counts.size <= 1)
  })
}

const latencies = {
  networks: table({
    '10.0.0.0/8': { eu: 10, us: 90 },
    '10.1.0.0/16': { us: 5 },
    '2001:db8::/32': { eu: 1, us: 1 },
  }),
  otherwise: { us: 1, eu: 2 },
}
const latencyRows: readonly [client: string, found: Readonly<Record<string, Sign>>, answered: string][] = [
  ['10.0.0.1', { us: '+', eu: '+' }, 'eu'],
  ['10.0.0.1', { us: '+', eu: '-' }, 'us'],
  ['10.0.0.1', { us: '-', eu: '-' }, 'eu'],
  ['10.0.0.1', { us: '+', eu: '0' }, 'us'],
  ['10.1.0.1', { us: '+', eu: '+' }, 'us'],
  ['10.1.0.1', { ap: '+', eu: '+' }, 'ap'],
  ['192.0.2.1', { us: '+', eu: '+' }, 'us'],
  ['2001:db8::1', { us: '+', eu: '+' }, 'eu'],
  ['no address', { us: '+', eu: '+' }, 'us'],
]
for (const [client, found, name] of latencyRows) {
  test(`latency for ${client} of ${JSON.stringify(found)} → ${name}`, () => {
    const routing = latency(
      candidates(found, region => ({ Region: region as NonNullable<Fields['Region']> })),
      latencies,
    )
    assert.equal(answered(routing, found, client), name)
  })
}

const { database } = readGeoDatabase(`# who is where
network,continent,country,subdivision
10.0.0.0/8,NA,US,CA
11.0.0.0/8,NA,US,
12.0.0.0/8,EU,DE,
13.0.0.0/8,EU,,
`)
const geoOf: Readonly<Record<string, Fields['GeoLocation']>> = {
  'US-CA': { CountryCode: 'US', SubdivisionCode: 'CA' },
  US: { CountryCode: 'US' },
  DE: { CountryCode: 'DE' },
  NA: { ContinentCode: 'NA' },
  EU: { ContinentCode: 'EU' },
  any: { CountryCode: '*' },
}
const geoRows: readonly [client: string, found: Readonly<Record<string, Sign>>, answered: string][] = [
  ['10.0.0.1', { any: '+', NA: '+', US: '+', 'US-CA': '+' }, 'US-CA'],
  ['10.0.0.1', { any: '+', NA: '+', US: '+', 'US-CA': '-' }, 'US'],
  ['10.0.0.1', { any: '+', NA: '+', US: '-', 'US-CA': '-' }, 'NA'],
  ['10.0.0.1', { any: '+', NA: '-', US: '-', 'US-CA': '-' }, 'any'],
  ['10.0.0.1', { any: '-', NA: '-', US: '-', 'US-CA': '-' }, 'US-CA'],
  ['10.0.0.1', { NA: '-', US: '-' }, 'US'],
  ['11.0.0.1', { any: '+', 'US-CA': '+' }, 'any'],
  ['12.0.0.1', { any: '+', EU: '+', NA: '+' }, 'EU'],
  ['13.0.0.1', { any: '+', DE: '+' }, 'any'],
  ['192.0.2.1', { any: '+', DE: '+' }, 'any'],
  ['192.0.2.1', { DE: '+' }, 'nothing'],
  ['12.0.0.1', { US: '+' }, 'nothing'],
  ['12.0.0.1', { DE: '0', any: '+' }, 'any'],
]
for (const [client, found, name] of geoRows) {
  test(`geolocation for ${client} of ${JSON.stringify(found)} → ${name}`, () => {
    assert.ok(database !== undefined)
    const routing = geolocation(
      candidates(found, place => ({ GeoLocation: geoOf[place] })),
      database,
    )
    assert.equal(answered(routing, found, client), name)
  })
}

const blocks = table({ '10.0.0.0/8': 'wide', '10.1.0.0/16': 'near', '10.1.1.0/24': 'unused' })
const cidrRows: readonly [client: string, found: Readonly<Record<string, Sign>>, answered: string][] = [
  ['10.1.2.1', { '*': '+', wide: '+', near: '+' }, 'near'],
  ['10.1.1.1', { '*': '+', wide: '+', near: '+' }, 'near'],
  ['10.1.2.1', { '*': '+', wide: '+', near: '-' }, 'wide'],
  ['10.1.2.1', { '*': '+', wide: '-', near: '-' }, '*'],
  ['10.1.2.1', { '*': '-', wide: '-', near: '-' }, 'near'],
  ['10.2.0.1', { '*': '+', near: '+' }, '*'],
  ['192.0.2.1', { '*': '+', near: '+' }, '*'],
  ['192.0.2.1', { near: '+' }, 'nothing'],
]
for (const [client, found, name] of cidrRows) {
  test(`IP-based for ${client} of ${JSON.stringify(found)} → ${name}`, () => {
    const routing = ipBased(
      candidates(found, LocationName => ({ CidrRoutingConfig: { CollectionId: 'c', LocationName } })),
      blocks,
    )
    assert.equal(answered(routing, found, client), name)
  })
}

test('what has nothing for this client is passed over in a weighted group too', () => {
  const picky = forkOf<string>(
    ipBased(
      [
        {
          record: { Name: 'x.', Type: 'A', CidrRoutingConfig: { CollectionId: 'c', LocationName: 'near' } },
          healthy: true,
          isPresent: true,
        },
      ],
      blocks,
    ).choice,
    [leafOf('near')],
  )
  const found = { '255': '+', '1': '+' } as const
  const { choice } = weighted(
    candidates(found, name => ({ Weight: Number(name) })),
    0,
  )
  const random = seededRandom(2)
  // Keys that are numbers come in order: 1, then 255.
  const tree = forkOf(choice, [leafOf('other'), picky])
  for (let i = 0; i < 50; i++) {
    const walk = { source: { address: '192.0.2.1' }, turn: random.uint32(), scopeBits: 0 }
    assert.equal(follow(tree, walk), 'other')
  }
})

test('a geographic database with mistakes is refused as a whole, each told with its line', () => {
  const read = readGeoDatabase(
    '10.0.0.0/8,EU,DE\n10.0.0.1/8,EU,DE,\n10.0.0.0/8,XX,DE,\n\n10.0.0.0/8,EU,de,\n10.0.0.0/8,EU,,BE\n2001:db8::/32,AS,,\n',
  )
  assert.equal(read.database, undefined)
  assert.deepEqual(
    read.mistakes.map(text => text.slice(0, 6)),
    ['line 1', 'line 2', 'line 3', 'line 5', 'line 6'],
  )
  assert.ok(readGeoDatabase('').database !== undefined)
  assert.equal(readGeoDatabase('x\n'.repeat(1_000)).mistakes.length, 20)
})
