import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PresentationError } from './presentation/presentation-error.ts'
import { splitFields } from './presentation/split-fields.ts'
import { readerOf } from './reader.ts'
import { formatRecordValue, parseRecordFields, parseRecordValue } from './records/record-value.ts'
import { codecOfCode, codecOfType, knownTypes, type RecordData } from './records/table.ts'
import { readTsig, writeTsig } from './records/tsig.ts'
import { genericText } from './records/unknown.ts'
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
  ['TXT', '"caf\\303\\251" plain', '"caf\\303\\251" "plain"', '05636166c3a9 05706c61696e'],
  ['SPF', '"v=spf1 -all"', '"v=spf1 -all"', '0b763d73706631202d616c6c'],
  ['MX', '10 Mail.test', '10 Mail.test.', '000a 044d61696c047465737400'],
  ['PTR', 'a.test.', 'a.test.', '0161047465737400'],
  ['SRV', '1 2 9996 node.test.', '1 2 9996 node.test.', '0001 0002 270c 046e6f6465047465737400'],
  ['CAA', '128 issue "ca.test"', '128 issue "ca.test"', '80 056973737565 63612e74657374'],
  ['CAA', '0 issue ";"', '0 issue ";"', '00 056973737565 3b'],
  ['DS', `1 8 2 ${'AB'.repeat(32)}`, `1 8 2 ${'ab'.repeat(32)}`, `0001 08 02 ${'ab'.repeat(32)}`],
  ['TLSA', '3 1 1 0A0b 0c', '3 1 1 0a0b0c', '030101 0a0b0c'],
  ['SSHFP', '4 2 0102', '4 2 0102', '0402 0102'],
  [
    'NAPTR',
    '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .',
    '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .',
    '0064 000a 0175 074532552b736970 0e215e2e2a24217369703a61406221 00',
  ],
  // RFC 9460 appendix D, vectors of each kind.
  ['HTTPS', '0 foo.example.com.', '0 foo.example.com.', '0000 03666f6f076578616d706c6503636f6d00'],
  ['SVCB', '1 .', '1 .', '0001 00'],
  ['SVCB', '16 foo. port=53', '16 foo. port=53', '0010 03666f6f00 0003 0002 0035'],
  [
    'SVCB',
    '1 foo. key667="hello\\322qoo"',
    '1 foo. key667="hello\\322qoo"',
    '0001 03666f6f00 029b 0009 68656c6c6fd2716f6f',
  ],
  [
    'SVCB',
    '1 foo. ipv6hint="2001:db8::1,2001:db8::53:1"',
    '1 foo. ipv6hint=2001:db8::1,2001:db8::53:1',
    '0001 03666f6f00 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001',
  ],
  [
    'SVCB',
    '16 foo. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
    '16 foo. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
    '0010 03666f6f00 0000 0004 00010004 0001 0009 02683205 68332d3139 0004 0004 c0000201',
  ],
  [
    'SVCB',
    '16 foo. alpn="foo\\\\,bar,h2"',
    '16 foo. alpn="foo\\\\,bar,h2"',
    '0010 03666f6f00 0001 000b 07666f6f2c626172 026832',
  ],
  [
    'HTTPS',
    '1 . alpn=h2 no-default-alpn ech=AAEC',
    '1 . alpn="h2" no-default-alpn ech=AAEC',
    '0001 00 0001 0003 026832 0002 0000 0005 0003 000102',
  ],
  ['A', '\\# 4 7f000001', '127.0.0.1', '7f000001'],
  ['TYPE65280', '\\# 3 0aFF 01', '\\# 3 0aff01', '0aff01'],
  ['TYPE65280', '\\# 0', '\\# 0', ''],
]

for (const [type, text, canonical, hex] of golden) {
  test(`${type} ${text}`, () => {
    const codec = codecOfType(type)
    const data = parseRecordValue(type, text)
    assert.equal(formatRecordValue(data), canonical)
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

const address = 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)'
const address6 = 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)'
const quotes = 'InvalidCharacterString (Value should be enclosed in quotation marks)'
const tooLong = 'CharacterStringTooLong (Value is too long)'

/** What Route 53 says, where it is known, else what we say in its manner. */
const wrong: readonly [type: string, text: string, says: string][] = [
  ['A', '', address],
  ['A', '1.2.3', address],
  ['A', '1.2.3.256', address],
  ['A', '01.2.3.4', address],
  ['A', '1.2.3.4 5.6.7.8', 'ARRDATANotSingleField (Value contains spaces)'],
  ['AAAA', '1::2::3', address6],
  ['AAAA', '1:2:3:4:5:6:7', address6],
  ['AAAA', '1:2:3:4:5:6:7::8:9', address6],
  ['AAAA', '::1.2.3.256', address6],
  ['AAAA', 'g::', address6],
  ['AAAA', '', address6],
  ['NS', 'a..b', 'DomainLabelEmpty (Domain label is empty)'],
  ['NS', '', 'DomainNameEmpty (Domain name is empty)'],
  ['NS', `${'x'.repeat(64)}.`, 'DomainLabelTooLong (Domain label is too long)'],
  ['PTR', 'x.'.repeat(128), 'DomainNameTooLong (Domain name is too long)'],
  ['CNAME', 'é.test', 'UnsupportedCharacter (Value contains unsupported characters)'],
  ['SOA', 'a. b. 1 2 3 4', 'SOARRDATAWrongFieldCount (Value must consist of 7 fields)'],
  [
    'SOA',
    'a. b. 1 2 3 4 4294967296',
    'SOARRDATAIllegalNumber (Value is not a whole number from 0 to 4294967295)',
  ],
  ['TXT', '', quotes],
  ['TXT', '"open', quotes],
  ['TXT', '"a""b"', quotes],
  ['TXT', `"${'x'.repeat(256)}"`, tooLong],
  ['TXT', '"é"', 'UnsupportedCharacter (Value contains unsupported characters)'],
  ['TXT', '"\\400"', 'UnsupportedCharacter (Value contains unsupported characters)'],
  ['TXT', '"\\189"', 'UnsupportedCharacter (Value contains unsupported characters)'],
  ['MX', 'mail.test.', 'MXRRDATAWrongFieldCount (Value must consist of 2 fields)'],
  ['MX', '65536 mail.test.', 'MXRRDATAIllegalNumber (Value is not a whole number from 0 to 65535)'],
  ['MX', '10 "mail"', 'UnsupportedCharacter (Value contains unsupported characters)'],
  ['CAA', '0 is-sue "x"', 'CAARRDATAIllegalTag (Value is not a tag of letters and digits)'],
  ['DS', '1 8 2 abcd', 'DSRRDATAIllegalDigest (Value is not a digest of 32 bytes)'],
  ['TLSA', '3 1 1 abc', 'TLSARRDATAIllegalHex (Value is not a sequence of hexadecimal bytes)'],
  ['HTTPS', '1 . port=70000', 'SvcParamIllegal (Value is not a valid value of port)'],
  ['HTTPS', '1 . colour=red', 'SvcParamIllegal (Value is not a known parameter key)'],
  ['HTTPS', '1 . port=1 port=2', 'HTTPSRRDATAIllegalParameters (key port comes twice or out of order)'],
  ['HTTPS', '1 . no-default-alpn', 'HTTPSRRDATAIllegalParameters (no-default-alpn needs alpn)'],
  ['SVCB', '1 . mandatory=port', 'SVCBRRDATAIllegalParameters (port is mandatory and missing)'],
  ['TYPE65280', '\\# 2 00', 'TYPE65280RRDATAIllegalGenericData (Value is not \\# LENGTH HEX)'],
]

for (const [type, text, says] of wrong) {
  test(`refuses ${type} ${text.slice(0, 40)}`, () =>
    assert.throws(
      () => parseRecordValue(type, text),
      error => {
        assert.ok(error instanceof PresentationError)
        assert.ok(error.message.startsWith(`FATAL problem: ${says} encountered with '`), error.message)
        return true
      },
    ))
}

test('refuses a type that is none, and known data that are too long or short in generic form', () => {
  assert.throws(() => codecOfType('NONE'), WireError)
  assert.throws(() => codecOfType('TYPE65536'), WireError)
  assert.throws(() => parseRecordValue('A', '\\# 5 0102030405'), WireError)
  assert.throws(() => parseRecordValue('A', '\\# 3 010203'), WireError)
})

function wireOf(data: RecordData): Uint8Array {
  const writer = newWriter()
  codecOfType(data.type).encode(writer, data)
  return written(writer)
}

/** Bytes that are likely to be data of some type: names, strings, addresses, numbers, parameters. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }).map(bytes => Uint8Array.from([bytes.length, ...bytes])),
  fc.constantFrom([0], [1, 0x61, 0], [0, 1], [0xc0, 0], [0, 1, 0, 3, 2, 0x68, 0x32], [0, 3, 0, 2, 1, 1]),
)
const likely = fc
  .array(piece, { maxLength: 6 })
  .map(pieces => Uint8Array.from(pieces.flatMap(one => [...one])))

for (const type of [...knownTypes, 'TYPE65280']) {
  test(`${type}: any bytes are a WireError or data that survive wire and both texts`, () => {
    const codec = codecOfType(type)
    fc.assert(
      fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 64 })), bytes => {
        const reader = readerOf(bytes)
        let data: RecordData
        try {
          data = codec.decode(reader)
        } catch (error) {
          assert.ok(error instanceof WireError, String(error))
          return
        }
        const wire = wireOf(data)
        assert.deepEqual(codec.decode(readerOf(wire)), data)
        if (!isWritable(data)) return
        assert.deepEqual(parseRecordValue(type, formatRecordValue(data)), data)
        const inFile = formatRecordValue(data, 'decimal')
        const texts = splitFields(inFile)
        assert.deepEqual(
          parseRecordFields({ type, texts, at: 0, escapes: 'decimal', origin: 'o.test.' }),
          data,
        )
        assert.deepEqual(parseRecordValue(type, genericText(wire)), data)
      }),
      { numRuns: 300 },
    )
  })

  test(`${type}: any text is a WireError or data that survive the wire`, () => {
    const part = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        '1',
        '0',
        'a.test.',
        '.',
        '"x"',
        'alpn="h2"',
        'port=1',
        '\\#',
        '127.0.0.1',
        '::1',
        'ab',
        '\\',
      ),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), parts => {
        let data: RecordData
        try {
          data = parseRecordValue(type, parts.join(' '))
        } catch (error) {
          assert.ok(error instanceof WireError, String(error))
          return
        }
        assert.deepEqual(codecOfType(type).decode(readerOf(wireOf(data))), data)
      }),
      { numRuns: 300 },
    )
  })
}

/** A digest of the wrong length travels, but nobody may write it. */
function isWritable(data: RecordData): boolean {
  const lengths: Readonly<Record<number, number>> = { 1: 20, 2: 32, 4: 48 }
  if (data.type !== 'DS') return true
  return data.digest.length === (lengths[data.digestType] ?? Math.max(1, data.digest.length))
}

test('names are compressed in the data of RFC 1035 types alone', () => {
  const bytesOf = (type: string, value: string): number => {
    const writer = newWriter()
    const data = parseRecordValue(type, value)
    codecOfType(type).encode(writer, data)
    const first = writer.at
    codecOfType(type).encode(writer, data)
    return writer.at - first
  }
  for (const [type, value, bytes] of [
    ['NS', 'a.test.', 2],
    ['CNAME', 'a.test.', 2],
    ['PTR', 'a.test.', 2],
    ['MX', '1 a.test.', 4],
    ['SOA', 'a.test. b.test. 1 2 3 4 5', 24],
    ['SRV', '1 2 3 a.test.', 14],
    ['NAPTR', '1 2 "" "" "" a.test.', 15],
    ['SVCB', '1 a.test.', 10],
  ] as const)
    assert.equal(bytesOf(type, value), bytes, type)
})

test('TSIG data survive the wire', () => {
  const bytes = () => fc.uint8Array({ maxLength: 64 })
  const uint16 = () => fc.nat(0xffff)
  const tsig = fc.record(
    {
      algorithm: fc.constantFrom('hmac-sha256.', '.'),
      signedAtSeconds: fc.nat(0xffff_ffff_ffff),
      fudgeSeconds: uint16(),
      mac: bytes(),
      originalId: uint16(),
      error: uint16(),
      other: bytes(),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(tsig, data => {
      const writer = newWriter()
      writeTsig(writer, data)
      assert.deepEqual(readTsig(readerOf(written(writer))), data)
    }),
  )
})
