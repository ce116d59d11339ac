import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readerOf } from './reader.ts'
import { codecOfCode, codecOfType, knownTypes } from './records/table.ts'
import { WireError } from './wire-error.ts'
import { newWriter, written } from './writer.ts'

/** One row a type: text, its canonical text when that differs, wire bytes as hex. */
const golden: readonly [type: string, text: string, canonical: string, hex: string][] = [
  ['A', '127.0.1.1', '127.0.1.1', '7f000101'],
  ['AAAA', '::1', '::1', `${'00'.repeat(15)}01`],
  ['AAAA', '2001:DB8:0:0:1:0:0:0', '2001:db8:0:0:1::', '20010db8000000000001000000000000'],
  ['AAAA', '::ffff:192.0.2.1', '::ffff:c000:201', '00000000000000000000ffffc0000201'],
  ['AAAA', '1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8', '00010000000300040005000600070008'],
  ['NS', 'ns1.test', 'ns1.test.', '036e7331047465737400'],
  ['CNAME', 'Data.test.', 'Data.test.', '0444617461047465737400'],
  ['SOA', 'a. b. 1 2 3 4 5', 'a. b. 1 2 3 4 5', '016100016200 00000001 00000002 00000003 00000004 00000005'],
  ['TXT', '"a b" c "\\001\\""', '"a b" "c" "\\001\\""', '03612062 0163 020122'],
  ['TXT', '""', '""', '00'],
  ['TYPE65280', '\\# 3 0aFF 01', '\\# 3 0aff01', '0aff01'],
  ['TYPE65280', '\\# 0', '\\# 0', ''],
]

for (const [type, text, canonical, hex] of golden) {
  test(`${type} ${text}`, () => {
    const codec = codecOfType(type)
    const data = codec.parse(text)
    assert.equal(codec.format(data), canonical)
    const writer = newWriter()
    codec.encode(writer, data)
    assert.equal(Buffer.from(written(writer)).toString('hex'), hex.replaceAll(' ', ''))
    const reader = readerOf(written(writer))
    assert.deepEqual(codecOfCode(codec.code).decode(reader), data)
    assert.equal(reader.at, reader.end)
  })
}

test('every known type has a row above', () => {
  const rows = new Set(golden.map(([type]) => type))
  assert.deepEqual(
    knownTypes.filter(type => !rows.has(type)),
    [],
  )
})

const wrong: readonly [type: string, text: string][] = [
  ['A', '1.2.3'],
  ['A', '1.2.3.256'],
  ['A', '01.2.3.4'],
  ['AAAA', '1::2::3'],
  ['AAAA', '1:2:3:4:5:6:7'],
  ['AAAA', '1:2:3:4:5:6:7::8:9'],
  ['AAAA', 'g::'],
  ['AAAA', ''],
  ['NS', 'a..b'],
  ['SOA', 'a. b. 1 2 3 4'],
  ['SOA', 'a. b. 1 2 3 4 4294967296'],
  ['TXT', ''],
  ['TXT', '"open'],
  ['TXT', `"${'x'.repeat(256)}"`],
  ['TXT', '"a""b"'],
  ['TYPE65280', '\\# 2 00'],
]

for (const [type, text] of wrong) {
  test(`refuses ${type} ${text.slice(0, 40)}`, () =>
    assert.throws(() => codecOfType(type).parse(text), WireError))
}

test('refuses a type that is none', () => {
  assert.throws(() => codecOfType('NONE'), WireError)
  assert.throws(() => codecOfType('TYPE65536'), WireError)
})
