import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionTable } from './connection-limits.ts'

const table = () =>
  connectionTable<string>({ connectionsMax: 3, connectionsPerAddressMax: 2, idleTimeoutMs: 100 })

test('the same address makes room for itself, longest idle first', () => {
  const kept = table()
  assert.deepEqual(kept.add('a1', 'a', 0), [])
  assert.deepEqual(kept.add('a2', 'a', 1), [])
  kept.use('a1', 2)
  assert.deepEqual(kept.add('a3', 'a', 3), ['a2'])
  assert.deepEqual(kept.all(), ['a1', 'a3'])
})

test('a full table gives up the longest idle of all', () => {
  const kept = table()
  kept.add('a', 'a', 0)
  kept.add('b', 'b', 0)
  kept.add('c', 'c', 0)
  assert.deepEqual(kept.add('d', 'd', 1), ['a'])
  assert.equal(kept.size, 3)
})

test('idle connections expire, used ones do not', () => {
  const kept = table()
  kept.add('a', 'a', 0)
  kept.add('b', 'b', 0)
  kept.use('a', 50)
  assert.deepEqual(kept.expire(100), ['b'])
  assert.deepEqual(kept.expire(149), [])
  assert.deepEqual(kept.expire(150), ['a'])
  kept.remove('a')
  assert.equal(kept.size, 0)
})
