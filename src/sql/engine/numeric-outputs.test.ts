import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OpenedEngine, openedEngine, query, queryBytes } from '../../testing/engine-session.ts'
import { postgresTypes } from './postgres-types.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

const { numeric, float8, int4, int8 } = postgresTypes
const rows = `(values (1, 2::bigint, 1.50, 2.5::float8), (2, 9::bigint, 2.25, 3.5::float8)) t(i, big, n, d)`

async function typesOf(statement: string): Promise<number[] | undefined> {
  const prepared = await opened.session.prepare(statement, [])
  const types = prepared.columns?.map(({ typeOid }) => typeOid)
  prepared.close()
  return types
}

/** Outputs over `rows`, the type that a client is told, and what it is shown. */
const table: readonly [output: string, oid: number, text: string][] = [
  ['avg(i)', numeric.oid, '1.5000000000000000'],
  ['avg(n)', numeric.oid, '1.8750000000000000'],
  ['avg(d)', float8.oid, '3'],
  ['avg(i) * 2', numeric.oid, '3.0000000000000000'],
  ['avg(i) * max(d)', float8.oid, '5.25'],
  ['round(avg(n), 1)', numeric.oid, '1.9'],
  ['round(avg(n), 2)', numeric.oid, '1.88'],
  ['avg(distinct i) filter (where i > 1)', numeric.oid, '2.0000000000000000'],
  ['avg(i) filter (where i > 5) is null', 16, 't'],
  ['coalesce(avg(i), 0)', numeric.oid, '1.5000000000000000'],
  ['max(i) / 2.0', numeric.oid, '1.00000000000000000000'],
  ['max(i) / 2', int4.oid, '1'],
  ['max(d) / max(n)', float8.oid, '1.5555555555555556'],
  ['0 / max(n)', numeric.oid, '0.00000000000000000000'],
  ['1e30::float8 * 0 + 1 / max(i::float8)', float8.oid, '0.5'],
  ['floor(max(n) / 2)', numeric.oid, '1'],
  ['round(avg(n)) * 100', numeric.oid, '200'],
  ['max(n::numeric(4, 0)) / 4', numeric.oid, '0.50000000000000000000'],
  ['power(max(n), 2)', numeric.oid, '5.0625000000000000'],
  ['power(max(i), 2)', float8.oid, '4'],
  ['max(i) ^ 2', float8.oid, '4'],
  ['sqrt(max(d))', float8.oid, '1.8708286933869707'],
  ['max(round(d))', float8.oid, '4'],
  ['min(round(d))', float8.oid, '2'],
  ['min(round(n))', numeric.oid, '2'],
  ['sum(i)', int8.oid, '3'],
  ['sum(big)', numeric.oid, '11'],
  ['sum(big) / count(*)', numeric.oid, '5.5000000000000000'],
  ['sum(i) / count(*)', int8.oid, '1'],
  ['max(d)::numeric', numeric.oid, '3.5'],
  ['max(i)::numeric * 100', numeric.oid, '200'],
]

for (const [output, oid, text] of table) {
  test(`typed and shown as PostgreSQL does: ${output}`, async () => {
    const statement = `select ${output} from ${rows}`
    assert.deepEqual(await typesOf(statement), [oid])
    assert.deepEqual(await query(opened.session, statement), [[text]])
  })
}

test('a quotient stays numeric in the query around it, and can be sorted', async () => {
  const statement = `select x from (select i / 4.0 as x from ${rows}) u order by x desc`
  assert.deepEqual(await typesOf(statement), [numeric.oid])
  assert.deepEqual(await query(opened.session, statement), [
    ['0.50000000000000000000'],
    ['0.25000000000000000000'],
  ])
})

test('quotients of all sizes have the digits of the double, and as many zeros as PostgreSQL gives', async () => {
  const one = async (expression: string) =>
    (await query(opened.session, `select ${expression} from ${rows} limit 1`))[0]?.[0]
  assert.equal(await one('n * 0.00001 / 2'), '0.000007500000000000000000')
  assert.equal(await one('1 / (i * 10000.0)'), '0.000100000000000000000000')
  assert.equal(await one('i * 10000.0 / 1'), '10000.0000000000000000')
  assert.equal(await one('-i * 12345.5 / 2'), '-6172.7500000000000000')
  assert.equal(await one('i * 1234567.5 / 2'), '617283.750000000000')
  assert.equal(await one('i / 3.0'), '0.3333333333333333')
  assert.equal(await one('i * 1e15 / 3.0'), '333333333333333.3')
  assert.equal(await one('i * 1e20 / 2'), '50000000000000000000')
  assert.equal(await one('i * 1e20 / 1'), '100000000000000000000')
})

test('in binary a quotient has the groups, the weight and the scale of its text', async () => {
  const bytes = async (expression: string) =>
    (await queryBytes(opened.session, `select ${expression} from ${rows} limit 1`, 1))[0]?.[0]?.toString(
      'hex',
    )
  // Count of groups, weight, sign, scale, groups.
  assert.equal(await bytes('1.5 / -2'), '0001ffff400000141d4c')
  assert.equal(await bytes('30000 / 2.0'), '000200010000000c00011388')
  assert.equal(await bytes('round(5 / 3.0, 2)'), '000200000000000200011a2c')
  assert.equal(await bytes('0 / 2.0'), '0000000000000014')
})

test('a parameter among the operands does not change what a quotient is', async () => {
  assert.deepEqual(await typesOf(`select avg(i) / $1::int from ${rows}`), [numeric.oid])
  assert.deepEqual(await typesOf(`select avg(d) / $1::int from ${rows}`), [float8.oid])
})

test('where the engine cannot say, a quotient stays a double', async () => {
  const statement = "select date '2024-01-03' - date '2024-01-01', interval '1 day' * 2, avg(1.5)"
  const types = await typesOf(statement)
  assert.equal(types?.[2], float8.oid)
})
