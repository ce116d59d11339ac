import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isAtOrBelow, keyToName, nameKey, nameToWire, parentKey, readName, writeName } from './name.ts'
import { readerOf } from './reader.ts'
import { WireError } from './wire-error.ts'
import { newWriter, written } from './writer.ts'

/** Names of any bytes, as wire form. */
const anyWire = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 5 })
  .map(labels => Uint8Array.from([...labels.flatMap(label => [label.length, ...label]), 0]))
  .filter(wire => wire.length <= 255)

test('any name survives wire → text → wire, case kept', () => {
  fc.assert(
    fc.property(anyWire, wire => {
      const name = readName(readerOf(wire))
      assert.deepEqual(nameToWire(name), wire)
    }),
  )
})

test('a key has no case and knows its ancestors', () => {
  assert.equal(nameKey('DaTa.Demo.TEST.'), nameKey('data.demo.test'))
  assert.equal(keyToName(nameKey('DaTa.Demo.TEST')), 'data.demo.test.')
  assert.equal(parentKey(nameKey('a.b.')), nameKey('b.'))
  assert.equal(parentKey(nameKey('.')), undefined)
  assert.ok(isAtOrBelow(nameKey('x.demo.test.'), nameKey('demo.test.')))
  assert.ok(isAtOrBelow(nameKey('demo.test.'), nameKey('.')))
  assert.ok(!isAtOrBelow(nameKey('xdemo.test.'), nameKey('demo.test.')))
})

test('several names in one message are compressed and read back as they were', () => {
  fc.assert(
    fc.property(fc.array(anyWire, { maxLength: 8 }), wires => {
      const names = wires.map(wire => readName(readerOf(wire)))
      const writer = newWriter()
      for (const name of [...names, ...names]) writeName(writer, name)
      const bytes = written(writer)
      const reader = readerOf(bytes)
      for (const name of [...names, ...names]) assert.equal(readName(reader), name)
      assert.equal(reader.at, bytes.length)
    }),
  )
})

test('compression keeps case: a suffix of other case is written out', () => {
  const writer = newWriter()
  writeName(writer, 'a.Test.')
  writeName(writer, 'b.Test.')
  writeName(writer, 'c.test.')
  assert.equal(written(writer).length, 8 + 4 + 8)
})

test('pointers that go forward, to themselves, or round are refused', () => {
  for (const bytes of [
    [0xc0, 0x00],
    [0xc0, 0x02, 0x00],
    [0x01, 0x61, 0xc0, 0x00],
    [0x01, 0x61, 0xc0],
    [0x40, 0x00],
    [0x3f, 0x61],
  ])
    assert.throws(() => readName(readerOf(Uint8Array.from(bytes))), WireError)
})

test('text that is no name is refused', () => {
  for (const text of ['a..b', '.a', `${'x'.repeat(64)}.`, 'x.'.repeat(128), '\\999.', 'a\\', 'é.'])
    assert.throws(() => nameToWire(text), WireError, text)
})
