import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type OpenedEngine,
  openedEngine,
  query,
  queryBytes,
  readAll,
  refusal,
  textParameter,
} from '../../testing/engine-session.ts'
import { postgresTypes } from './postgres-types.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

test('parameters that nobody gives a type are what the engine finds, or text', async () => {
  const { session } = opened
  const cases: [statement: string, oids: number[], values: string[], row: string[]][] = [
    ['select $1', [25], ['x'], ['x']],
    ['select $1 + 1', [23], ['41'], ['42']],
    ["select $1, $2 + 1, 'x' || $3", [25, 23, 25], ['a', '1', 'c'], ['a', '2', 'xc']],
    ['select i from range(10) t(i) where i = $1', [20], ['4'], ['4']],
    ['select $1::date', [1082], ['2020-02-29'], ['2020-02-29']],
    ['select $2::int, $1::text', [25, 23], ['b', '7'], ['7', 'b']],
    ['select $1::int + $1::int', [23], ['4'], ['8']],
    ['select i from range(10) t(i) limit $1', [20], ['1'], ['0']],
    [
      'select json_build_object($1, 7, $2, x) from (values (true)) t(x)',
      [25, 25],
      ['a', 'b'],
      ['{"a":7,"b":true}'],
    ],
    ['select json_build_array($1::int + 1, $2::text)', [23, 25], ['2', 'b'], ['[3,"b"]']],
    ['select json_agg(json_build_object($1::text, x)) from (values (1)) t(x)', [25], ['a'], ['[{"a":1}]']],
    ['select to_json($1::text)', [25], ['a'], ['"a"']],
    ["select 1 where 'abc' like $1", [25], ['a%'], ['1']],
    ['select \'$1\', "a$1" from (select 5 as "a$1") t where $1 = \'x\'', [25], ['x'], ['$1', '5']],
  ]
  for (const [statement, oids, values, row] of cases) {
    const prepared = await session.prepare(statement, [])
    assert.deepEqual(prepared.parameterTypeOids, oids, statement)
    prepared.close()
    assert.deepEqual(await query(session, statement, values), [row], statement)
  }
})

test('a parameter that is not used has the type that the client says, and else none', async () => {
  const { session } = opened
  const prepared = await session.prepare('select $3 + 1, $1', [25, 1082])
  assert.deepEqual(prepared.parameterTypeOids, [25, 1082, 23])
  const execution = await prepared.execute(['a', '2024-01-01', '41'].map(textParameter), [0])
  assert.deepEqual((await readAll(execution)).map(String), ['42,a'])
  await execution.close()
  prepared.close()
  const more = await session.prepare('select 1', [23])
  assert.deepEqual(more.parameterTypeOids, [23])
  more.close()
  for (const [statement, oids] of [
    ['select $1, $3', [23, 0, 23]],
    ['select 1', [0]],
  ] as const) {
    const error = await refusal(session.prepare(statement, oids))
    const number = statement === 'select 1' ? 1 : 2
    assert.deepEqual(
      [error.code, error.message],
      ['indeterminate_type', `could not determine data type of parameter $${number}`],
    )
  }
})

test('null is a value of every type', async () => {
  assert.deepEqual(await query(opened.session, 'select $1::int, $2::date, $3', [null, null, null]), [
    [null, null, null],
  ])
})

/** Type, a text as a client writes it, what comes back as text. */
const values: readonly [name: keyof typeof postgresTypes, text: string, back?: string][] = [
  ['bool', 'yes', 't'],
  ['bool', 'f'],
  ['int2', '-32768'],
  ['int4', ' 42 ', '42'],
  ['int8', '9223372036854775807'],
  ['float4', '1.5'],
  ['float8', '-Infinity'],
  ['float8', '1e300', '1e+300'],
  ['numeric', '12345678901234567890.123', '12345678901234567890.1230000000'],
  ['text', 'naïve €'],
  ['varchar', ''],
  ['bytea', '\\x00ff10'],
  ['bytea', 'abc\\\\\\001', '\\x6162635c01'],
  ['date', '2024-02-29'],
  ['time', '12:34:56.5'],
  ['timestamp', '2024-02-29 12:34:56.789'],
  ['timestamptz', '2024-02-29 12:34:56+02', '2024-02-29 10:34:56+00'],
  ['interval', '1 year 2 mons 3 days 04:05:06'],
  ['uuid', '00112233-4455-6677-8899-aabbccddeeff'],
  ['json', '{"a": 1}'],
  ['jsonb', '{"a": 1}'],
]

for (const [name, text, back = text] of values) {
  const type = postgresTypes[name]
  test(`a parameter of type ${type.name}: ${text}`, async () => {
    const run = async (
      format: 0 | 1,
      bytes: Uint8Array,
      result: 0 | 1,
    ): Promise<Buffer | null | undefined> => {
      const prepared = await opened.session.prepare('select $1', [type.oid])
      assert.deepEqual(prepared.parameterTypeOids, [type.oid])
      const execution = await prepared.execute([{ format, bytes }], [result])
      const rows = await readAll(execution)
      prepared.close()
      return rows[0]?.[0]
    }
    assert.equal((await run(0, Buffer.from(text), 0))?.toString(), back)
    // What we send in binary we must understand in binary. (Only jsonb has a form of its own there.)
    const binary = await run(0, Buffer.from(text), 1)
    assert.ok(binary)
    const sent = name === 'jsonb' ? Buffer.concat([Buffer.from([1]), binary]) : binary
    assert.equal((await run(1, sent, 0))?.toString(), back)
  })
}

test('arrays as parameters, in both formats', async () => {
  const prepared = await opened.session.prepare('select $1::int[]', [])
  assert.deepEqual(prepared.parameterTypeOids, [1007])
  prepared.close()
  assert.deepEqual(await query(opened.session, 'select $1::int[]', ['{1,NULL,3}']), [['{1,NULL,3}']])
  assert.deepEqual(await query(opened.session, 'select $1::text[]', ['{a,"b c","q\\"x",NULL,"NULL",""}']), [
    ['{a,"b c","q\\"x",NULL,"NULL",""}'],
  ])
  assert.deepEqual(await query(opened.session, 'select 2 = any($1::int[])', ['{1,2}']), [['t']])
  const [row] = await queryBytes(opened.session, 'select [5, null, 7]::int[]', 1)
  const again = await opened.session.prepare('select $1', [1007])
  const bytes = row?.[0]
  assert.ok(bytes)
  const rows = await readAll(await again.execute([{ format: 1, bytes }], [0]))
  assert.equal(rows[0]?.[0]?.toString(), '{5,NULL,7}')
  again.close()
})

test('values that do not fit their type are refused as PostgreSQL does', async () => {
  const cases: [oid: number, text: string, code: string, message: string][] = [
    [23, 'abc', 'invalid_text', 'invalid input syntax for type integer: "abc"'],
    [23, '2147483648', 'out_of_range', 'value "2147483648" is out of range for type integer'],
    [21, '40000', 'out_of_range', 'value "40000" is out of range for type smallint'],
    [16, 'maybe', 'invalid_text', 'invalid input syntax for type boolean: "maybe"'],
    [701, '1,5', 'invalid_text', 'invalid input syntax for type double precision: "1,5"'],
    [17, '\\xabc', 'invalid_text', 'invalid input syntax for type bytea: "\\xabc"'],
    [1007, '1,2', 'invalid_text', 'malformed array literal: "1,2"'],
  ]
  for (const [oid, text, code, message] of cases) {
    const prepared = await opened.session.prepare('select $1', [oid])
    const error = await refusal(prepared.execute([{ format: 0, bytes: Buffer.from(text) }], [0]))
    assert.deepEqual([error.code, error.message], [code, message])
    prepared.close()
  }
  const prepared = await opened.session.prepare('select $1', [23])
  const error = await refusal(prepared.execute([{ format: 1, bytes: Buffer.from([1, 2]) }], [0]))
  assert.equal(error.code, 'protocol_violation')
  prepared.close()
})

test('a hostile binary array is refused without allocating what it claims', async () => {
  const claims = Buffer.alloc(20)
  claims.writeInt32BE(1, 0)
  claims.writeInt32BE(23, 8)
  claims.writeInt32BE(0x7fff_ffff, 12)
  const prepared = await opened.session.prepare('select $1', [1007])
  const error = await refusal(prepared.execute([{ format: 1, bytes: claims }], [0]))
  assert.equal(error.code, 'protocol_violation')
  prepared.close()
})

test('columns are described without running, and named as PostgreSQL names them', async () => {
  const names = async (statement: string): Promise<string[] | undefined> => {
    const prepared = await opened.session.prepare(statement, [])
    prepared.close()
    return prepared.columns?.map(({ name }) => name)
  }
  assert.deepEqual(await names('select count(*), now(), 1 + 1, 2::int, null'), [
    'count',
    'now',
    '?column?',
    'int4',
    '?column?',
  ])
  assert.deepEqual(await names('select 1 as "a b(c)"'), ['a b(c)'])
  assert.deepEqual(await names('select * from (select 1 as "max(x)") t'), ['max(x)'])
  const prepared = await opened.session.prepare("select 1.50::decimal(9,2), 'x', error('not run')", [])
  assert.deepEqual(
    prepared.columns?.map(({ typeOid, typeSize, typeModifier }) => [typeOid, typeSize, typeModifier]),
    [
      [1700, -1, ((9 << 16) | 2) + 4],
      [25, -1, -1],
      [prepared.columns?.[2]?.typeOid, prepared.columns?.[2]?.typeSize, -1],
    ],
  )
  prepared.close()
})

test('what PostgreSQL users type first', async () => {
  const { session } = opened
  assert.match((await query(session, 'select version()'))[0]?.[0] ?? '', /^PostgreSQL \d+/)
  assert.deepEqual(await query(session, 'select current_database(), current_schema()'), [
    ['everport', 'public'],
  ])
  assert.match((await query(session, 'select now()'))[0]?.[0] ?? '', /^\d{4}-\d\d-\d\d .*\+00$/)
  assert.deepEqual(await query(session, 'select 7 / 2, -7 / 2, 7 / 2.0::double'), [['3', '-3', '3.5']])
  assert.deepEqual(await query(session, 'select x from (values (1), (null)) t(x) order by x desc'), [
    [null],
    ['1'],
  ])
  assert.deepEqual(await query(session, 'select x from (values (null), (1)) t(x) order by x'), [
    ['1'],
    [null],
  ])
})
