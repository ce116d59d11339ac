import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../../base/errors.ts'
import { startupOptions } from './startup-options.ts'

test('options of the startup packet become settings', () => {
  assert.deepEqual(startupOptions(''), [])
  assert.deepEqual(startupOptions(' -c a=1 -cb=2 --statement-timeout=3s  -c d=x\\ y\\\\z '), [
    ['a', '1'],
    ['b', '2'],
    ['statement_timeout', '3s'],
    ['d', 'x y\\z'],
  ])
})

test('anything else is refused', () => {
  for (const options of ['-x', 'a=1', '-c', '-c a', '--=1']) {
    assert.throws(() => startupOptions(options), EverportError, options)
  }
})
