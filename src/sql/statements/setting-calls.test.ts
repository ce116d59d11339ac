import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../../base/errors.ts'
import { type SettingArgument, settingCalls } from './setting-calls.ts'

const shown = (argument: SettingArgument): string | number | undefined =>
  argument.kind === 'constant' ? argument.text : argument.number

const table: readonly (readonly [statement: string, ...calls: readonly (string | number | undefined)[][]])[] =
  [
    ['select 1'],
    ["select 'set_config(1)', set_config from t -- set_config(a, b, c)"],
    ["select set_config('a', 'b', false)", ['a', 'b', 'false']],
    ["SELECT pg_catalog.SET_CONFIG ('search_path', '', true) AS x FROM t", ['search_path', '', 'true']],
    ['select set_config($1, $2::text, $3 :: bool), 1', [1, 2, 3]],
    [
      "select \"set_config\"('a', null, 'on'), set_config(E'b\\tc', $$d$$, 't')",
      ['a', undefined, 'on'],
      ['b\tc', 'd', 't'],
    ],
    // The engine says what is wrong with these.
    ["select set_config('a', 'b')"],
    ["select set_config('a', 'b', false, '1', $1)"],
  ]

for (const [statement, ...calls] of table) {
  test(`settings that a statement sets: ${statement}`, () => {
    const found = settingCalls(statement).map(({ name, value, isLocal }) => [name, value, isLocal].map(shown))
    assert.deepEqual(found, calls)
  })
}

test('what must be computed first is refused', () => {
  for (const value of ["upper('x')", "'a' || 'b'", '(select 1)', "'x'::text[]", '1'])
    assert.throws(
      () => settingCalls(`select set_config('a', ${value}, false)`),
      (error: unknown) => error instanceof EverportError && error.code === 'feature_not_supported',
      value,
    )
})
