import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { arrowStream } from '../../../testing/arrow-stream.ts'
import { type OpenedEngine, openedEngine, query, refusal } from '../../../testing/engine-session.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

test('a result of many batches has every row once, with its nulls, strings of every length and lists', async () => {
  const count = 20_000
  const { bytes, batches } = await arrowStream(
    opened.session,
    `select i, case when i % 3 = 0 then null else i end as n,
      case when i % 5 = 0 then null else repeat('x', (i % 40)::int) || i end as s, i % 2 = 0 as b,
      case when i % 7 = 0 then null else list_transform(range(i % 4), x -> x + i) end as l,
      case when i % 2 = 1 then {'a': i, 'b': i::varchar} end as st
     from range(${count}) t(i) where i % 11 <> 3 order by i`,
  )
  assert.ok(batches > 3, `${batches} batches`)
  const table = tableFromIPC(bytes)
  let row = 0
  for (let i = 0; i < count; i++) {
    if (i % 11 === 3) continue
    const found = table.get(row++)?.toJSON() ?? {}
    assert.equal(Number(found['i']), i)
    assert.equal(found['n'], i % 3 === 0 ? null : BigInt(i))
    assert.equal(found['s'], i % 5 === 0 ? null : 'x'.repeat(i % 40) + i)
    assert.equal(found['b'], i % 2 === 0)
    const list = found['l'] as Iterable<bigint> | null
    const expected = Array.from({ length: i % 4 }, (_, x) => BigInt(x + i))
    assert.deepEqual(list === null ? null : [...list], i % 7 === 0 ? null : expected)
    const struct = found['st'] as { a: bigint; b: string } | null
    assert.equal(struct?.a, i % 2 === 1 ? BigInt(i) : undefined)
    assert.equal(struct?.b, i % 2 === 1 ? String(i) : undefined)
  }
  assert.equal(table.numRows, row)
})

test('lists whose elements do not lie in the order of their rows come in the order of their rows', async () => {
  const { bytes } = await arrowStream(
    opened.session,
    'select l from (select i, [i, i + 1, null] as l from range(5000) t(i)) order by hash(i)',
  )
  const expected = await query(opened.session, 'select i from range(5000) t(i) order by hash(i)')
  const table = tableFromIPC(bytes)
  expected.forEach(([text], row) => {
    const found = [...((table.get(row)?.toJSON() ?? {})['l'] as Iterable<bigint | null>)]
    assert.deepEqual(found, [BigInt(text ?? 0), BigInt(text ?? 0) + 1n, null])
  })
  assert.equal(table.numRows, 5_000)
})

test('enums are dictionaries, also inside of lists and when there are no rows', async () => {
  const type = "enum('red', 'green')"
  const all = `select 'green'::${type} as c, ['red'::${type}, null] as l`
  const table = tableFromIPC((await arrowStream(opened.session, all)).bytes)
  const row = table.get(0)?.toJSON() ?? {}
  assert.equal(row['c'], 'green')
  assert.deepEqual([...(row['l'] as Iterable<string | null>)], ['red', null])
  const none = await arrowStream(opened.session, `${all} where false`)
  assert.equal(none.batches, 2, 'both dictionaries')
  assert.equal(tableFromIPC(none.bytes).numRows, 0)
})

test('an error behind the first rows is an error, not an end', async () => {
  const failing = "select i, case when i = 30000 then error('boom') end from range(40000) t(i)"
  assert.match((await refusal(arrowStream(opened.session, failing))).message, /boom/)
})

test('an interval that Arrow cannot hold is refused with what to do', async () => {
  const long = await refusal(arrowStream(opened.session, "select interval '3000000 hours'"))
  assert.equal(long.code, 'out_of_range')
  assert.match(long.hint ?? '', /cast/)
  const short = tableFromIPC((await arrowStream(opened.session, "select interval '2 hours' as i")).bytes)
  assert.equal(short.numRows, 1)
})
