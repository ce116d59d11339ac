import { equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { AssertionError, assert, unreachable } from './assert.ts'

test('a broken invariant throws and says what was expected', () => {
  assert(true, 'not thrown')
  throws(() => assert(0, 'targets are sorted'), new AssertionError('targets are sorted'))
})

test('unreachable names the value that got there', () => {
  try {
    unreachable({ state: 'surprise' } as never)
  } catch (error) {
    equal((error as Error).message, 'unreachable: {"state":"surprise"}')
    return
  }
  throw new Error('did not throw')
})
