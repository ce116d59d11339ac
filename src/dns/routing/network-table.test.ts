import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bitAt, type NetworkPrefix, parseAddress, parsePrefix } from '../../base/ip-address.ts'
import { emptyTable, matchNetwork, networkTable } from './network-table.ts'

const addresses: readonly [text: string, bytes: readonly number[] | undefined][] = [
  ['192.0.2.1', [192, 0, 2, 1]],
  ['::ffff:192.0.2.1', [192, 0, 2, 1]],
  ['2001:db8::1', [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1]],
  ['::', Array<number>(16).fill(0)],
  ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ['1:2:3:4:5:6:7::8', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1::2::3', undefined],
  ['12345::', undefined],
  ['192.0.2', undefined],
  ['192.0.2.256', undefined],
  ['::ffff:192.0.2', undefined],
  ['', undefined],
  ['fe80::1%lo', undefined],
]
for (const [text, bytes] of addresses) {
  test(`address '${text}' → ${bytes === undefined ? 'none' : bytes.length === 4 ? 'IPv4' : 'IPv6'}`, () => {
    assert.deepEqual(parseAddress(text), bytes === undefined ? undefined : Uint8Array.from(bytes))
  })
}

test('a network has a length and nothing behind it', () => {
  for (const text of ['192.0.2.0/24', '0.0.0.0/0', '192.0.2.1/32', '2001:db8::/32', '::/0'])
    assert.ok(parsePrefix(text))
  for (const text of [
    '192.0.2.1/24',
    '192.0.2.0',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/8/8',
    '2001:db8::1/32',
    'x/8',
  ])
    assert.equal(parsePrefix(text), undefined, text)
})

/** Few bytes, so that networks lie within each other. */
const bytes = fc.array(fc.constantFrom(0, 1, 128, 255), { minLength: 4, maxLength: 4 })
const prefixes = fc.tuple(bytes, fc.nat(32)).map(([found, bits]): NetworkPrefix => {
  const address = Uint8Array.from(found)
  for (let bit = bits; bit < 32; bit++) address[bit >> 3] = (address[bit >> 3] ?? 0) & ~(0x80 >> (bit & 7))
  return { address, bits }
})

function holds({ address, bits }: NetworkPrefix, client: Uint8Array): boolean {
  for (let bit = 0; bit < bits; bit++) if (bitAt(address, bit) !== bitAt(client, bit)) return false
  return true
}

test('the longest network first, as if each were looked at', () => {
  fc.assert(
    fc.property(fc.array(prefixes, { maxLength: 20 }), bytes, (networks, client) => {
      const rows = networks.map((prefix, value) => ({ prefix, value }))
      const table = networkTable(rows)
      assert.ok(table !== undefined)
      const address = Uint8Array.from(client)
      // Of two rows for one network the last counts.
      const byLength = new Map(
        rows.filter(({ prefix }) => holds(prefix, address)).map(row => [row.prefix.bits, row.value]),
      )
      const expected = [...byLength].sort((a, b) => b[0] - a[0]).map(([, value]) => value)
      assert.deepEqual(matchNetwork(table, address).rows, expected)
    }),
    { numRuns: 2_000 },
  )
})

test('whoever shares the scope finds the same, and the scope is no longer than needed', () => {
  fc.assert(
    fc.property(fc.array(prefixes, { maxLength: 12 }), bytes, bytes, (networks, one, other) => {
      const table = networkTable(networks.map((prefix, value) => ({ prefix, value })))
      assert.ok(table !== undefined)
      const address = Uint8Array.from(one)
      const { rows, scopeBits } = matchNetwork(table, address)
      const neighbour = Uint8Array.from(other)
      for (let bit = 0; bit < scopeBits; bit++) {
        const mask = 0x80 >> (bit & 7)
        neighbour[bit >> 3] = ((neighbour[bit >> 3] ?? 0) & ~mask) | ((address[bit >> 3] ?? 0) & mask)
      }
      assert.deepEqual(matchNetwork(table, neighbour), { rows, scopeBits })
      if (networks.length === 0) assert.equal(scopeBits, 0)
      const isAlone = networks.every(({ bits }) => bits <= (networks[rows[0] ?? -1]?.bits ?? 0))
      if (rows.length > 0 && isAlone) assert.equal(scopeBits, networks[rows[0] ?? -1]?.bits)
    }),
    { numRuns: 2_000 },
  )
})

test('families do not meet, and an empty table knows nobody', () => {
  const prefix = parsePrefix('0.0.0.0/0')
  assert.ok(prefix !== undefined)
  const table = networkTable([{ prefix, value: 'all of IPv4' }])
  assert.ok(table !== undefined)
  assert.deepEqual(matchNetwork(table, new Uint8Array(4)), { rows: [0], scopeBits: 0 })
  assert.deepEqual(matchNetwork(table, new Uint8Array(16)), { rows: [], scopeBits: 0 })
  assert.deepEqual(matchNetwork(emptyTable, new Uint8Array(4)), { rows: [], scopeBits: 0 })
})
