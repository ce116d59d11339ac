import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editProperties, readProperties } from './edit-properties.ts'

test('a value is changed where it stands, and everything else stays to the byte', () => {
  const text = '# ports\r\n  a.port = 1\r\nb: 2\r\n\r\n! c=3\r\na.port=7\\\r\n  8\r\nlast'
  assert.equal(
    editProperties(text, new Map([['a.port', '9']])),
    '# ports\r\n  a.port=9\r\nb: 2\r\n\r\n! c=3\r\na.port=9\r\nlast',
  )
})

test('a value that is there already is left as it is written', () => {
  const text = 'host : \\\n  db.example\nkey\\ one=\\u0061\n'
  assert.equal(
    editProperties(
      text,
      new Map([
        ['host', 'db.example'],
        ['key one', 'a'],
      ]),
    ),
    text,
  )
})

test('a missing key is added at the end, on a line of its own', () => {
  assert.equal(editProperties('a=1', new Map([['b', '2']])), 'a=1\nb=2\n')
  assert.equal(editProperties('', new Map([['b', '2']])), 'b=2\n')
})

test('a key that only begins alike, or stands in a comment or a continued value, is another one', () => {
  const text = '#a=1\nab=1\nx=\\\na=1\n'
  assert.equal(editProperties(text, new Map([['a', '2']])), `${text}a=2\n`)
})

test('what is written is read back, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (value, before) => {
      const file = before.replaceAll('\r', '')
      const edited = editProperties(file, new Map([['key', value]]))
      const others = readProperties(file)
      others.delete('key')
      const found = readProperties(edited)
      assert.equal(found.get('key'), value)
      found.delete('key')
      assert.deepEqual([...found], [...others])
    }),
  )
})
