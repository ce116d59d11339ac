import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

const commands = ['up', 'down', 'status', 'sql', 'stop', 'start', 'check']

test('slips of the finger find the word that was meant', () => {
  const slips: [string, string][] = [
    ['statsu', 'status'],
    ['chekc', 'check'],
    ['dwon', 'down'],
    ['STOP', 'stop'],
    ['stauts', 'status'],
  ]
  for (const [typed, meant] of slips) assert.equal(nearest(typed, commands), meant)
})

test('the only word that begins so is meant, however much is missing', () => {
  assert.equal(nearest('ch', commands), 'check')
  assert.equal(nearest('stat', commands), 'status')
})

test('a word unlike all others finds none', () => {
  assert.equal(nearest('xyzzy', commands), undefined)
  assert.equal(nearest('', commands), undefined)
  assert.equal(nearest('a'.repeat(100_000), commands), undefined)
})
