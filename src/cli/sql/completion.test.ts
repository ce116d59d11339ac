import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complete } from './completion.ts'

const names = { tables: ['flights', 'Airports'], columns: ['origin', 'delay', 'flight date'] }

test('completes what fits the place', () => {
  assert.deepEqual(complete('select * from fl', names), [['flights'], 'fl'])
  assert.deepEqual(complete('select * from ', names), [['flights', '"Airports"'], ''])
  assert.deepEqual(complete('select or', names), [['origin', 'or', 'order'], 'or'])
  assert.deepEqual(complete('SELECT * FR', names), [['FROM'], 'FR'])
  assert.deepEqual(complete('select f.de', names), [['delay'], 'de'])
  assert.deepEqual(complete('select fli', names), [['flights', '"flight date"'], 'fli'])
})

test('completes commands and their arguments', () => {
  assert.deepEqual(complete('\\ti', names), [['\\timing'], '\\ti'])
  assert.deepEqual(complete('\\d fl', names), [['flights'], 'fl'])
  assert.deepEqual(complete('\\format c', names), [['csv'], 'c'])
  assert.deepEqual(complete('', names), [[], ''])
})
