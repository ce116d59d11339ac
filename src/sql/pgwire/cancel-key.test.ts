import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../base/random.ts'
import { makeCancelKey, nodeNumberMax, nodeNumberOf } from './cancel-key.ts'

test('a process id names its node, is never negative, and differs from session to session', () => {
  const random = seededRandom(1)
  for (const node of [0, 1, 1000, nodeNumberMax]) {
    const keys = [1, 2, 0xfffff].map(session => makeCancelKey(node, session, random))
    assert.equal(new Set(keys.map(({ processId }) => processId)).size, keys.length)
    for (const { processId, secret } of keys) {
      assert.equal(nodeNumberOf(processId), node)
      assert.ok(processId >= 0 && processId <= 0x7fffffff)
      assert.ok(secret >= 0 && secret <= 0xffffffff)
    }
  }
})
