import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OpenedEngine, openedEngine, query, queryBytes } from '../../../testing/engine-session.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

const rows = 20_000
/** Pseudo-random whole numbers of all sizes up to 63 bits, the same in every run. */
const wide = `select case when i % 2 = 0 then v else -v end as v from (
  select i, (hash(i) >> (1 + i % 60)::ubigint)::bigint as v from range(${rows}) t(i)) order by i`

test('whole numbers of every size are written as the engine itself writes them', async () => {
  for (const type of ['bigint', 'hugeint', 'decimal(38,0)']) {
    const found = await query(opened.session, `select v::${type}, v::varchar from (${wide})`)
    assert.equal(found.length, rows)
    for (const [ours, theirs] of found) assert.equal(ours, theirs)
  }
})

test('decimals of 64 and of 128 bits look the same, in text and binary', async () => {
  for (const scale of [0, 1, 2, 3, 4, 5, 9]) {
    const statement = `select (v // 10000000000)::decimal(18, 0), v from (${wide})`
    assert.ok((await query(opened.session, statement)).length > 0)
    const both = `select w::decimal(18, ${scale}), w::decimal(38, ${scale}) from (select (v % 1000000000)::decimal(38, 9) / 1000 as w from (${wide}))`
    for (const format of [0, 1] as const) {
      for (const [narrow, broad] of await queryBytes(opened.session, both, format)) {
        assert.deepEqual(narrow, broad, `scale ${scale}`)
      }
    }
  }
})

test('the text of a double reads back as the same double, and its binary form is its bits', async () => {
  const statement = `select v / 1e6 * pow(10, (v % 200)::double) as d, (v / 100.0)::double as cents, (v % 1000)::double / 8 from (${wide})`
  const texts = await query(opened.session, statement)
  const bits = await queryBytes(opened.session, statement, 1)
  assert.equal(texts.length, rows)
  texts.forEach((row, i) => {
    row.forEach((text, column) => {
      const value = bits[i]?.[column]?.readDoubleBE(0)
      assert.equal(Number(text), value, text ?? '')
    })
  })
})

test('dates and timestamps far and near are written as the engine itself writes them', async () => {
  const days = `select (v % 700000)::integer as n from (${wide})`
  const dates = await query(
    opened.session,
    `select d, d::varchar from (select date '1970-01-01' + n as d from (${days})) where year(d) > 0`,
  )
  assert.ok(dates.length > rows / 2)
  for (const [ours, theirs] of dates) assert.equal(ours, theirs)
  const stamps = `select t, t::varchar from (select make_timestamp(v % 250000000000000000) as t from (${wide})) where year(t) > 0`
  const times = await query(opened.session, stamps)
  assert.ok(times.length > rows / 2)
  for (const [ours, theirs] of times) assert.equal(ours, theirs)
})

test('strings around the length that the engine keeps inline come whole, also long runs, nulls and gaps between them', async () => {
  const statement = `select case when i % 5 = 3 then null else repeat(chr(97 + (i % 26)::integer), (i % 40)::integer) || i end as s, i from range(${rows}) t(i) where i % 7 <> 2 order by i`
  for (const [text, index] of await query(opened.session, statement)) {
    const i = Number(index)
    const expected = i % 5 === 3 ? null : String.fromCodePoint(97 + (i % 26)).repeat(i % 40) + i
    assert.equal(text, expected)
  }
})
