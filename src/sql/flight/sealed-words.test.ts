import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../base/errors.ts'
import { openOwnWords, openWords, type Sealer, sealWords } from './sealed-words.ts'

const verifiers = new Map([
  ['ann', 'verifier of ann'],
  ['bob', 'verifier of bob'],
])
let wallMs = 1_000
const sealer: Sealer = {
  secret: Buffer.alloc(32, 1),
  verifierOf: user => verifiers.get(user),
  wallMs: () => wallMs,
}
const words = { user: 'ann', expiresMs: 2_000 }
const ticket = {
  ...words,
  id: '1',
  catalog: 'c',
  schema: 's',
  work: { kind: 'statement', statement: 'SELECT 1' },
} as const
const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof EverportError) return error.code
    throw error
  }
  return 'accepted'
}

test('what one node signs, another opens; who does not know the secret cannot sign', () => {
  const bytes = sealWords(sealer, 'ticket', ticket)
  assert.deepEqual(openWords({ ...sealer }, 'ticket', bytes), ticket)
  const stranger = { ...sealer, secret: Buffer.alloc(32, 2) }
  assert.equal(
    code(() => openWords(sealer, 'ticket', sealWords(stranger, 'ticket', ticket))),
    'insufficient_privilege',
  )
})

test('a ticket is no token, and one user’s is not another’s', () => {
  const bytes = sealWords(sealer, 'ticket', ticket)
  assert.equal(
    code(() => openWords(sealer, 'token', bytes)),
    'invalid_authorization',
  )
  assert.equal(
    code(() => openOwnWords(sealer, 'ticket', bytes, 'bob')),
    'insufficient_privilege',
  )
  assert.equal(
    code(() => openOwnWords(sealer, 'ticket', bytes, 'ann')),
    'accepted',
  )
})

test('it ends at its time, with the user, and with a new password', () => {
  const bytes = sealWords(sealer, 'token', words)
  wallMs = 2_000
  assert.equal(
    code(() => openWords(sealer, 'token', bytes)),
    'invalid_authorization',
  )
  wallMs = 1_000
  assert.equal(
    code(() => openWords(sealer, 'token', bytes)),
    'accepted',
  )
  verifiers.set('ann', 'new verifier')
  assert.equal(
    code(() => openWords(sealer, 'token', bytes)),
    'invalid_authorization',
  )
  verifiers.delete('ann')
  assert.equal(
    code(() => openWords(sealer, 'token', bytes)),
    'invalid_authorization',
  )
  verifiers.set('ann', 'verifier of ann')
})

test('no bit of it can be changed, and garbage is refused', () => {
  const bytes = sealWords(sealer, 'ticket', ticket)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(
      code(() => openWords(sealer, 'ticket', changed)),
      'insufficient_privilege',
    )
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), garbage => {
      assert.equal(
        code(() => openWords(sealer, 'ticket', garbage)),
        'insufficient_privilege',
      )
    }),
  )
})
