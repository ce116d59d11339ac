import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { type ErrorCode, EverportError } from '../../base/errors.ts'
import { loadSqlParser, parseSql } from './parse-sql.ts'
import { type RelationName, type TranslateContext, type Translated, translate } from './translate.ts'

before(loadSqlParser)

function translated(statement: string, relation?: TranslateContext['relation']): Translated {
  const done = translate(parseSql(statement), {
    parameter: number => `$${number}`,
    currentUser: 'ann',
    sessionUser: 'ann',
    ...(relation === undefined ? {} : { relation }),
  })
  assert.ok(done, `${statement} is no query`)
  return done
}

function refusal(statement: string): EverportError {
  try {
    translated(statement)
  } catch (error) {
    assert.ok(error instanceof EverportError, String(error))
    return error
  }
  return assert.fail(`${statement} was not refused`)
}

/** What a client says, and what the engine is told. */
const table: readonly [statement: string, text: string][] = [
  ['select 1', 'SELECT 1 AS "?column?"'],
  ['select 7 / 2', 'SELECT (7 / 2) AS "?column?"'],
  ['select a / b from t', 'SELECT everport_divide("a", "b") AS "?column?" FROM "t"'],
  ['select count(*)', 'SELECT "count"(*) AS "count"'],
  ["select 'a''b', E'\\n'", "SELECT 'a''b' AS \"?column?\", '\n' AS \"?column?\""],
  [
    "select '1'::int, x::int from t",
    'SELECT CAST(\'1\' AS INTEGER) AS "int4", everport_int4("x") AS "x" FROM "t"',
  ],
  ['select $1::int', 'SELECT CAST($1 AS INTEGER) AS "int4"'],
  ['select "Id", ID from "T"', 'SELECT "Id", "id" FROM "T"'],
  ['select * from t order by 1 desc nulls last', 'SELECT * FROM "t" ORDER BY 1 DESC NULLS LAST'],
  ['select * from t limit all', 'SELECT * FROM "t"'],
  ['select a from t limit 3 offset 2', 'SELECT "a" FROM "t" LIMIT 3 OFFSET 2'],
  [
    "select x similar to 'a%(b|c)_' from t",
    'SELECT (regexp_full_match("x", \'a.*(?:b|c).\', \'s\')) AS "?column?" FROM "t"',
  ],
  ["select x like 'a%' from t", 'SELECT ("x" LIKE \'a%\') AS "?column?" FROM "t"'],
  [
    "select x operator(pg_catalog.~) '^a' from t",
    'SELECT regexp_matches("x", \'^a\') AS "?column?" FROM "t"',
  ],
  ['select x collate "C" from t', 'SELECT "x" AS "x" FROM "t"'],
  [
    'select a in (1, 2), a not in (3) from t',
    'SELECT ("a" IN (1, 2)) AS "?column?", ("a" NOT IN (3)) AS "?column?" FROM "t"',
  ],
  ['select 1.5e3', 'SELECT CAST(\'1500.\' AS DECIMAL(4, 0)) AS "?column?"'],
  ['values (1, 2)', 'SELECT * FROM (VALUES (1, 2)) AS "*VALUES*"("column1", "column2")'],
  ['select user, current_user', 'SELECT \'ann\' AS "user", \'ann\' AS "current_user"'],
  ['select * from range(3) r(i)', 'SELECT * FROM "range"(3) AS "r"("i")'],
  ['with c as (select 1 as a) select a from c', 'WITH "c" AS (SELECT 1 AS "a") SELECT "a" FROM "c"'],
  [
    "select date_trunc('month', d)::date, date_trunc('month', max(d)) from t",
    `SELECT CAST(everport_plain(everport_truncated("d", "date_trunc"('month', "d"))) AS DATE) AS "date_trunc", "date_trunc"('month', "max"("d")) AS "date_trunc" FROM "t"`,
  ],
  [
    'select sum(a) / count(*), sum(a + $1), sum(a::int) from t',
    'SELECT everport_divide(everport_dividend("a", "sum"("a")), "count"(*)) AS "?column?", "sum"(("a" + $1)) AS "sum", CAST("sum"(everport_int4("a")) AS BIGINT) AS "sum" FROM "t"',
  ],
  [
    'select (select sum(u.a) from u), v.s from t, lateral (select sum(t.a) as s) v',
    'SELECT (SELECT everport_sum("u"."a", "sum"("u"."a")) AS "sum" FROM "u") AS "sum", "v"."s" FROM "t", LATERAL (SELECT everport_sum("t"."a", "sum"("t"."a")) AS "s") AS "v"',
  ],
  [
    "select current_date - d, a - b, array[1] || 2, 'a' || null, a || b from t",
    'SELECT everport_difference(CAST(now() AS DATE) - "d") AS "?column?", ("a" - "b") AS "?column?", list_append([1], 2) AS "?column?", CAST(NULL AS VARCHAR) AS "?column?", ("a" || "b") AS "?column?" FROM "t"',
  ],
  [
    "select a @> '{\"b\": 1}', a @> b, 3 = any ('{1,2}') from t",
    `SELECT json_contains(CAST("a" AS JSON), CAST('{"b": 1}' AS JSON)) AS "?column?", ("a" @> "b") AS "?column?", (3 IN ('1', '2')) AS "?column?" FROM "t"`,
  ],
  [
    "select to_number(a, 'S9G999D99'), date_bin('1 hour', a, b), isfinite(interval '1 day') from t",
    `SELECT CAST(CASE WHEN contains("a", '-') THEN '-' ELSE '' END || regexp_replace("a", '[^0-9.]', '', 'g') AS DECIMAL(38, 2)) AS "to_number", time_bucket(CAST('1 hour' AS INTERVAL), "a", "b") AS "date_bin", (CAST('0 months 1 days 0 microseconds' AS INTERVAL) IS NOT NULL) AS "isfinite" FROM "t"`,
  ],
  [
    'select json_agg(distinct a order by a) filter (where a > 1) from t',
    `SELECT CAST('[' || "string_agg"(DISTINCT everport_json_text("a"), ', ' ORDER BY "a") FILTER (WHERE ("a" > 1)) || ']' AS JSON) AS "json_agg" FROM "t"`,
  ],
  ['select -2147483648', 'SELECT CAST(-2147483648 AS INTEGER) AS "?column?"'],
  [
    "select timestamptz '2024-07-01 10:00+00', date 'January 5, 2024'",
    `SELECT CAST('2024-07-01 10:00:00+00' AS TIMESTAMPTZ) AS "timestamptz", CAST('2024-01-05' AS DATE) AS "date"`,
  ],
  ['explain analyze select 1', 'EXPLAIN ANALYZE SELECT 1 AS "?column?"'],
  [
    'select sum(a) over (partition by b order by c rows between 1 preceding and current row) from t',
    'SELECT everport_sum("a", "sum"("a") OVER (PARTITION BY "b" ORDER BY "c" ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS "sum" FROM "t"',
  ],
]

for (const [statement, text] of table) {
  test(`said to the engine: ${statement}`, () => {
    assert.equal(translated(statement).text, text)
  })
}

/** Refused here, with PostgreSQL's SQLSTATE, and its place where it gives one. */
const refusals: readonly [statement: string, code: ErrorCode, position?: number][] = [
  ["select 'abc'::int", 'invalid_text', 8],
  ["select 'å', 'abc'::int", 'invalid_text', 13],
  ["select 'maybe'::bool", 'invalid_text', 8],
  ["select interval 'soon'", 'invalid_datetime', 17],
  ['select * from t limit -1', 'invalid_row_count'],
  ['select * from t for update', 'read_only'],
  ['select 1 into t', 'read_only'],
  ['with w as (delete from t returning *) select * from w', 'read_only'],
  ['select a <#> b from t', 'undefined_function', 10],
  ['select x collate "xx" from t', 'undefined_object'],
  ['select other.f(1)', 'undefined_schema'],
  ['values (1), (1, 2)', 'syntax_error'],
  ["select to_number('1', 'L9')", 'feature_not_supported'],
  ["select to_number('1', x) from t", 'feature_not_supported'],
]

for (const [statement, code, position] of refusals) {
  test(`refused: ${statement}`, () => {
    const error = refusal(statement)
    assert.equal(error.code, code, error.message)
    if (position !== undefined) assert.equal(error.position, position)
  })
}

test('without a type for columns of a query around it, a sum is the engine’s', () => {
  const { reworded } = translated(
    'select (select sum(u.a) from u), v.s from t, lateral (select sum(t.a) as s) v',
  )
  const untyped = new Error('Macro everport_sum() has multiple overloads that match the supplied arguments')
  assert.equal(
    reworded(untyped)?.text,
    'SELECT (SELECT "sum"("u"."a") AS "sum" FROM "u") AS "sum", "v"."s" FROM "t", LATERAL (SELECT "sum"("t"."a") AS "s") AS "v"',
  )
  assert.equal(reworded(new Error('another')), undefined)
  assert.equal(translated('select sum(a) from t').reworded(untyped), undefined)
})

test('an array and an item are put together when the engine says that they are such', () => {
  const error = new Error('Cannot concatenate types INTEGER[] and INTEGER - an explicit cast is required')
  const again = translated("select path || id, a || 'x' from t").reworded(error)
  assert.equal(again?.text, 'SELECT ("path" || ["id"]) AS "?column?", ("a" || \'x\') AS "?column?" FROM "t"')
  assert.equal(again?.reworded(error), undefined, 'once only')
  assert.equal(translated("select a || 'x' from t").reworded(error), undefined)
})

test('every place of the text is where it stood in the source', () => {
  const source = "select 'åä', nosuch + 1, upper(other) from t where third = 3"
  const { text, originalOffset } = translated(source)
  for (const name of ['nosuch', 'upper', 'other', 'third'])
    assert.equal(originalOffset(text.indexOf(`"${name}"`)), source.indexOf(name), name)
})

test('relations are those that are no CTE in scope, and what the hook says stands in their place', () => {
  const source = 'with c as (select * from a) select * from c, s.c, b where exists (select 1 from c)'
  const asked: RelationName[] = []
  const { text, relations } = translated(source, name => {
    asked.push(name)
    return name.name === 'b' ? '(SELECT 1 AS x)' : undefined
  })
  assert.deepEqual(relations, asked)
  assert.deepEqual(
    asked.map(({ schema, name, location }) => [schema, name, location]),
    [
      [undefined, 'a', source.indexOf('a)')],
      ['s', 'c', source.indexOf('s.c')],
      [undefined, 'b', source.indexOf('b where')],
    ],
  )
  assert.match(text, /, \(SELECT 1 AS x\) AS "b" WHERE/)
})

test('a name is a CTE only where its WITH is in scope', () => {
  const names = (statement: string): string[] => translated(statement).relations.map(({ name }) => name)
  assert.deepEqual(names('select * from (with c as (select 1) select * from c) x, c'), ['c'])
  assert.deepEqual(names('with c as (select * from c) select * from c'), ['c'])
  assert.deepEqual(names('with recursive c as (select 1 union all select * from c) select * from c'), [])
  assert.deepEqual(names('with c as (select 1), d as (select * from c) select * from d'), [])
})

test('functions are told by name, also those that stand as tables', () => {
  const { functions } = translated(
    "select getenv('X'), pg_catalog.upper('a') from read_csv('x') where query('y')",
  )
  for (const name of ['getenv', 'upper', 'read_csv', 'query']) assert.ok(functions.has(name), name)
})

test('a bound on rows is told where the text shows one', () => {
  const bounds: [string, number | undefined][] = [
    ['select 1', 1],
    ['values (1), (2)', 2],
    ['select count(*) from t', 1],
    ['select count(*) from t group by a', undefined],
    ['select count(*) over () from t', undefined],
    ['select a from t', undefined],
    ['select a from t limit 5', 5],
    ['select 1 union all select 2', 2],
    ['select unnest(array[1, 2])', undefined],
    ['select generate_series(1, 10)', undefined],
    ['select (select count(*) from t) from u', undefined],
    ['select a from t order by a fetch first 2 rows with ties', undefined],
  ]
  for (const [statement, rowsMax] of bounds) assert.equal(translated(statement).rowsMax, rowsMax, statement)
})

test('what is no query is not translated', () => {
  for (const statement of [
    'show tables',
    'create table t (i int)',
    "set a = 'b'",
    'begin',
    "copy t to '/x'",
  ]) {
    const context = { parameter: String, currentUser: '', sessionUser: '' }
    assert.equal(translate(parseSql(statement), context), undefined, statement)
  }
})

test('nesting has a bound, and the parser lives on', () => {
  const deep = (times: number, open: string, close: string): string =>
    `select ${open.repeat(times)}1${close.repeat(times)}`
  for (const [open, close] of [
    ['(', ')'],
    ['- ', ''],
    ['not ', ''],
    ['1 + (', ')'],
    ['(select ', ')'],
  ] as const) {
    for (const times of [20_000, 200_000])
      assert.equal(refusal(deep(times, open, close)).code, 'statement_too_complex', open)
    assert.ok(translated(deep(50, open, close)))
  }
  assert.equal(translated('select 1').text, 'SELECT 1 AS "?column?"')
})

test('texts and names of every kind reach the engine as they are', () => {
  const any = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter(text => !text.includes('\0'))
  fc.assert(
    fc.property(any, any, (text, name) => {
      const quoted = `'${text.replaceAll("'", "''")}'`
      const column = `"${name.replaceAll('"', '""')}"`
      assert.equal(translated(`select ${quoted} as ${column}`).text, `SELECT ${quoted} AS ${column}`)
    }),
  )
})

test('whatever is sent, the parser answers with a tree or its own error', () => {
  const words = fc.constantFrom(
    ...'select from where ( ) , * 1 \'a\' "b" $1 :: int [ ] array case when end as x . - ; union over'.split(
      ' ',
    ),
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 25 }), parts => {
      try {
        translated(`select ${parts.join(' ')}`)
      } catch (error) {
        assert.ok(error instanceof EverportError && error.code !== 'internal', String(error))
      }
    }),
    { numRuns: 2_000 },
  )
})
