import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCommand } from './command.ts'

test('commands and their arguments', () => {
  assert.deepEqual(parseCommand('\\q'), { kind: 'quit' })
  assert.deepEqual(parseCommand('\\d;'), { kind: 'list', what: 'all' })
  assert.deepEqual(parseCommand('\\d  main."Two Words" ;'), { kind: 'describe', name: 'main."Two Words"' })
  assert.deepEqual(parseCommand('\\timing'), { kind: 'timing', on: undefined })
  assert.deepEqual(parseCommand('\\x off'), { kind: 'expanded', on: false })
  assert.deepEqual(parseCommand('\\watch 0.5'), { kind: 'watch', intervalMs: 500 })
  assert.deepEqual(parseCommand('\\null ∅'), { kind: 'null', text: '∅' })
})

test('mistakes say what was expected', () => {
  assert.throws(() => parseCommand('\\timng'), { message: 'unknown command \\timng', hint: /\\timing/ })
  assert.throws(() => parseCommand('\\x maybe'), /expected on or off, found maybe/)
  assert.throws(() => parseCommand('\\watch 0'), /expected 0\.1 … 86400 seconds/)
  assert.throws(() => parseCommand('\\format xml'), /expected the format/)
  assert.throws(() => parseCommand('\\'), /unknown command/)
})
