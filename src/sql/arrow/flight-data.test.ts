import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flightDataWriter, readFlightData } from './flight-data.ts'

const bytes = fc.uint8Array({ maxLength: 300 })

test('what is written is read again, each buffer padded to eight bytes', () => {
  const writer = flightDataWriter()
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 5 }), (header, buffers) => {
      const found = readFlightData(writer.write(header, buffers))
      assert.deepEqual(Uint8Array.from(found?.header ?? []), header)
      const body = found?.body ?? new Uint8Array(0)
      let at = 0
      for (const buffer of buffers) {
        assert.deepEqual(Uint8Array.from(body.subarray(at, at + buffer.length)), buffer)
        const end = at + Math.ceil(buffer.length / 8) * 8
        assert.ok(body.subarray(at + buffer.length, end).every(byte => byte === 0))
        at = end
      }
      assert.equal(body.length, at)
    }),
  )
})

test('a message stays as it is while the next one is made, of whatever size', () => {
  const writer = flightDataWriter()
  let last: { readonly message: Buffer; readonly copy: Buffer } | undefined
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 5 }), (header, buffers) => {
      const message = writer.write(header, buffers)
      if (last !== undefined) assert.deepEqual(last.message, last.copy)
      last = { message, copy: Buffer.from(message) }
    }),
  )
})

test('garbage is refused or read, and never read beyond its end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), garbage => {
      const found = readFlightData(garbage)
      if (found === undefined) return
      const sum = found.header.length + found.body.length + found.appMetadata.length
      assert.ok(sum <= garbage.length)
    }),
    { numRuns: 2_000 },
  )
  assert.equal(readFlightData(Uint8Array.of(0x12, 0x05, 1, 2)), undefined, 'shorter than it says')
  assert.equal(readFlightData(Uint8Array.of(0x12, ...Array.from({ length: 9 }, () => 0xff), 1)), undefined)
})
