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
  ['select 99999999999::int', '22003', 'integer out of range'],
  ["select '99999999999'::int", '22003', 'value "99999999999" is out of range for type integer'],
  ["select '-40000'::smallint", '22003', 'value "-40000" is out of range for type smallint'],
  ['select 9223372036854775807 + 1', '22003', 'bigint out of range'],
  ['select 2147483647::int + 1::int', '22003', 'integer out of range'],
  ['select 300::numeric(2, 0)', '22003', 'numeric field overflow'],
  ["select '300'::numeric(2, 0)", '22003', 'numeric field overflow'],
  ["select 'abc'::numeric(2, 0)", '22P02', 'invalid input syntax for type numeric: "abc"'],
  ["select '{1,2'::int[]", '22P02', 'malformed array literal: "{1,2"'],
  ["select repeat('abc', 100000000)", '54000', 'requested length too large'],
  ["select lpad('a', 1000000000), rpad('a', 2)", '54000', 'requested length too large'],
  ["select rpad('a', 1000000000, 'xy')", '54000', 'requested length too large'],
  ['select generate_series(1, 10000000000)', '54000', /at most 16777216 values/],
  ['select len(range(300000000))', '54000', /at most 16777216 values/],
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

test('what the engine suggests: names that are like the wrong one, signatures in PostgreSQL’s types, and nothing else', async () => {
  const of = async (statement: string): Promise<[string | undefined, string | undefined]> => {
    const { detail, hint } = await refusal(query(opened.session, statement))
    return [detail, hint]
  }
  assert.deepEqual(await of('select nam from (select 1 as name, 2 as x) t'), [
    undefined,
    'Perhaps you meant to reference the column "name".',
  ])
  assert.deepEqual(await of('select quite_other from (select 1 as name) t'), [undefined, undefined])
  assert.deepEqual(await of('select * from nix'), [undefined, undefined])
  assert.deepEqual(await of('select lowerr(1)'), [undefined, 'Did you mean "lower"?'])
  assert.deepEqual(await of("select 'a'::nix"), [undefined, undefined])
  const [detail, hint] = await of("select ln('a', 'b')")
  assert.equal(detail, undefined)
  assert.match(hint ?? '', /^No function matches .* casts\. There is ln\(double precision\)\.$/)
  const rows = "(select 'x' as code) t"
  assert.deepEqual(await of(`select code::int from ${rows}`), [undefined, undefined])
})

test('text and series of sizes that people ask for are made', async () => {
  const statement = `select length(repeat('ab', 1000000)) as a, lpad('a', 3) as b, rpad('a', 3, 'x') as c, repeat(null, 3) as d,
    repeat('a', null) as e, repeat('a', -1) as f, lpad('abc', 2) as g, length(repeat('', 2000000000)) as h,
    (select count(*) from (select generate_series(1, 100000)) t) as i`
  assert.deepEqual(await query(opened.session, statement), [
    ['2000000', '  a', 'axx', null, null, '', 'ab', '0', '100000'],
  ])
})
