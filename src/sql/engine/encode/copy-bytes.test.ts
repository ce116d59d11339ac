import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { copyBytes } from './copy-bytes.ts'
import { createOutput, reserve, rowBytesMax } from './output.ts'

test('a copy has every byte, up to the end of its source, and changes at most three behind itself', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(8),
      fc.nat(8),
      fc.nat(9),
      (value, before, behind, at) => {
        const bytes = new Uint8Array(before + value.length + behind).fill(1)
        bytes.set(value, before)
        const source = { bytes, view: new DataView(bytes.buffer) }
        const output = createOutput(400)
        output.bytes.fill(0xee)
        copyBytes(output, at, source, before, value.length)
        const end = at + value.length
        assert.ok(output.bytes.subarray(0, at).every(byte => byte === 0xee))
        assert.deepEqual(output.bytes.subarray(at, end), value)
        assert.ok(output.bytes.subarray(end + 3).every(byte => byte === 0xee))
      },
    ),
  )
})

test('room grows with what it holds, and a row that nobody could want is refused', () => {
  const output = createOutput(8)
  output.bytes.set([1, 2, 3])
  output.at = 3
  reserve(output, 1_000)
  assert.ok(output.bytes.length >= 1_003)
  assert.deepEqual([...output.bytes.subarray(0, 3)], [1, 2, 3])
  output.view.setInt8(0, 9)
  assert.equal(output.bytes[0], 9, 'both look at the same bytes')
  assert.throws(() => reserve(output, 2 * rowBytesMax), { code: 'message_too_large' })
  assert.equal(output.bytes.length, 1_007, 'and nothing has changed')
})
