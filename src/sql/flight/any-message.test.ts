import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../base/errors.ts'
import { packAny, sqlCodec, unpackAny } from './any-message.ts'

test('a command is packed and unpacked, whatever its length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), value => {
      const found = unpackAny(packAny('CommandStatementQuery', value))
      assert.equal(found.name, 'CommandStatementQuery')
      assert.deepEqual(Uint8Array.from(found.value), value)
    }),
  )
})

test('garbage, cut-off bytes and messages of others are refused with what was expected', () => {
  const whole = packAny('CommandGetTables', Buffer.from('x'))
  // A message without a value is one whose value is empty.
  const urlEnd = whole.length - 3
  for (let end = 0; end < whole.length; end++) {
    if (end === urlEnd) continue
    assert.throws(() => unpackAny(whole.subarray(0, end)), EverportError)
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      assert.throws(() => unpackAny(bytes), EverportError)
    }),
  )
  const codec = sqlCodec<object>('CommandGetTables')
  assert.throws(() => codec.decode(Buffer.from([0x0f])), /cannot be read/)
})
