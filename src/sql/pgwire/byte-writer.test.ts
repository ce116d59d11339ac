import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter } from './byte-writer.ts'

const writes: [name: string, write: (writer: ByteWriter) => void, hex: string][] = [
  ['uint8', writer => writer.uint8(0xab), 'ab'],
  ['int16', writer => writer.int16(0x1234), '1234'],
  ['int16 of an unsigned number', writer => writer.int16(0xffff), 'ffff'],
  ['int32', writer => writer.int32(0x12345678), '12345678'],
  ['int32 of an unsigned number', writer => writer.int32(0xffffffff), 'ffffffff'],
  ['bytes', writer => writer.bytes(Uint8Array.of(1, 2, 3)), '010203'],
  ['cstring', writer => writer.cstring('né'), '6ec3a900'],
  ['message', writer => writer.begin('Q').uint8(1).end(), '510000000501'],
]

test('every write is right wherever the buffer has to grow', () => {
  for (const [name, write, hex] of writes) {
    for (let before = 1010; before <= 1030; before++) {
      const writer = new ByteWriter()
      writer.bytes(new Uint8Array(before))
      write(writer)
      const taken = Buffer.from(writer.take())
      assert.equal(taken.subarray(before).toString('hex'), hex, `${name} after ${before} bytes`)
    }
  }
})

test('what was taken is not changed by later writes', () => {
  const writer = new ByteWriter()
  writer.bytes(Uint8Array.of(1))
  const taken = writer.take()
  writer.bytes(Uint8Array.of(2))
  assert.deepEqual([...taken], [1])
  assert.deepEqual([...writer.take()], [2])
})
