import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { errorTable } from '../../base/errors.ts'
import { type OpenedEngine, openedEngine, query, refusal } from '../../testing/engine-session.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

/** Statement, SQLSTATE, message and position, which PostgreSQL gives too unless a comment says otherwise. */
const cases: readonly [statement: string, sqlState: string, message: string | RegExp, position?: number][] = [
  ['selec 1', '42601', 'syntax error at or near "selec"', 1],
  ['select 1 +', '42601', 'syntax error at end of input'],
  ['select\n  1 frm x y', '42601', /syntax error at or near/],
  ['select * from nosuch', '42P01', 'relation "nosuch" does not exist', 15],
  ['select * from public.nosuch', '42P01', 'relation "nosuch" does not exist', 15],
  ['select * from nosuch.x', '42P01', /relation "nosuch.x" does not exist/, 15],
  ['select nosuch', '42703', 'column "nosuch" does not exist', 8],
  ['select a,\n  nosuch from (select 1 a) t', '42703', 'column "nosuch" does not exist', 13],
  ['select t.nosuch from (select 1 a) t', '42703', 'column "nosuch" does not exist', 8],
  ['select x.a from (select 1 a) t', '42P01', 'missing FROM-clause entry for table "x"'],
  ['select a from (select 1 a) x, (select 2 a) y', '42702', 'column reference "a" is ambiguous', 8],
  ['select nosuch(1)', '42883', 'function nosuch does not exist', 8],
  ['select length(1, 2)', '42883', /^function length\(.*\) does not exist$/, 8],
  ['select sum(i), i from range(3) t(i)', '42803', /must appear in the GROUP BY clause/, 16],
  ["select 'abc'::int", '22P02', 'invalid input syntax for type integer: "abc"', 8],
  ["select 'abc'::double", '22P02', 'invalid input syntax for type double precision: "abc"'],
  ["select 'maybe'::boolean", '22P02', 'invalid input syntax for type boolean: "maybe"'],
  ['select 99999999999::int', '22003', /out of range/],
  ['select 9223372036854775807 + 1', '22003', /Overflow/],
  ['select ln(0)', '2201E', /logarithm of zero/],
  ['select power(0, -1)', '2201F', /zero raised/],
  ['select acos(2)', '22003', /input is out of range/],
  ["select split_part('a', ',', 0)", '22023', /position must not be zero/],
  ["select 'x'::date", '22007', /invalid input syntax for type date: "x"/],
  ["select '25:00'::time", '22008', /out of range: "25:00"/],
  ["select date_trunc('nonsense', timestamp '2024-01-01')", '22023', /unit "nonsense" not recognized/],
  ["select to_date('2024-13-01', 'YYYY-MM-DD')", '22008', /out of range: "2024-13-01"/],
  ["select to_date('soon', 'YYYY')", '22007', /invalid value "soon"/],
  ['select 1 order by 9', '42P10', /ORDER BY position/],
  ["select '1' + '2'", '42725', /not unique: unknown \+ unknown/],
  ['select sqrt(-1)', '2201F', /square root/],
  ["select date '2020-13-01'", '22008', /out of range/],
  ["select cast('x' as nosuchtype)", '42704', 'type "nosuchtype" does not exist'],
  ['select [1]::int', '42804', /Unimplemented type for cast/],
  ['select (select i from range(2) t(i))', '21000', /more than one row/],
  ["select error('own words')", '22000', 'own words'],
  ['select 1 limit -1', '2201W', 'LIMIT must not be negative'],
  ['select $1', '08P01', 'no value for parameter $1'],
  ["select '", '42601', /unterminated/],
]

for (const [statement, sqlState, message, position] of cases) {
  test(`${sqlState}: ${statement.replaceAll('\n', ' ')}`, async () => {
    const error = await refusal(query(opened.session, statement))
    assert.equal(errorTable[error.code].sqlState, sqlState, error.message)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    if (position !== undefined) assert.equal(error.position, position)
  })
}

test('positions are those of the statement as sent, also behind parameters', async () => {
  const statement = 'select $1::int, $2::date, nosuch from (select 1 a) t'
  const error = await refusal(query(opened.session, statement, ['1', '2020-01-01']))
  assert.equal(error.code, 'undefined_column')
  assert.equal(error.position, statement.indexOf('nosuch') + 1)
})

test('long lines, which the engine shows in part, keep their positions', async () => {
  const filler = Array.from({ length: 60 }, (_, i) => `a as column_${i}`).join(', ')
  const statement = `select ${filler}, nosuch, ${filler.replaceAll('column_', 'other_')} from (select 1 a) t`
  const error = await refusal(query(opened.session, statement))
  assert.equal(error.position, statement.indexOf('nosuch') + 1)
})
