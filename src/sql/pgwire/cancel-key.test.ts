import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../base/random.ts'
import { isSecretRight, makeCancelKey, nodeNumberMax, nodeNumberOf, secretOf } from './cancel-key.ts'

test('a process id names its node, is never negative, and differs from session to session', () => {
  const random = seededRandom(1)
  for (const node of [0, 1, 1000, nodeNumberMax]) {
    const keys = [1, 2, 0xfffff].map(session => makeCancelKey(node, session, random))
    assert.equal(new Set(keys.map(({ processId }) => processId)).size, keys.length)
    for (const { processId, secret } of keys) {
      assert.equal(nodeNumberOf(processId), node)
      assert.ok(processId >= 0 && processId <= 0x7fffffff)
      assert.equal(secret.length, 32)
    }
  }
})

test('clients of protocol 3.2 are given all of a secret, older ones four bytes; only the whole of it is right', () => {
  const key = makeCancelKey(1, 1, seededRandom(1))
  const [short, long] = [0, 2].map(minorVersion => secretOf({ key, minorVersion }))
  assert.deepEqual([short?.length, long?.length], [4, 32])
  for (const secret of [short ?? key.secret, key.secret]) {
    assert.ok(isSecretRight(Uint8Array.from(secret), secret))
    assert.ok(!isSecretRight(secret.subarray(1), secret))
    assert.ok(!isSecretRight(Buffer.concat([secret, Buffer.alloc(1)]), secret))
    assert.ok(!isSecretRight(Buffer.alloc(secret.length), secret))
  }
})
