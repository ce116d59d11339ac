import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutText, padText, textWidth, visibleText } from './text-width.ts'

test('width counts columns, not code units', () => {
  const widths = { abc: 3, '': 0, é: 1, 'e\u0301': 1, 東京: 4, '👩‍👩‍👧': 2, '🇦🇹': 2, ｱ: 1, '½': 1, 한국: 4 }
  for (const [text, width] of Object.entries(widths)) assert.equal(textWidth(text), width, text)
})

test('a cut text never takes more columns than allowed, nor splits a character', () => {
  assert.equal(cutText('東京都庁', 5), '東京…')
  assert.equal(cutText('abcdef', 6), 'abcdef')
  assert.equal(cutText('abcdefg', 6), 'abcde…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
      assert.ok(textWidth(cutText(text, width)) <= width)
    }),
  )
})

test('padding fills to the width on either side', () => {
  assert.equal(padText('東', 4, 'left'), '東  ')
  assert.equal(padText('7', 3, 'right'), '  7')
  assert.equal(padText('long', 2, 'right'), 'long')
})

test('nothing that drives a terminal survives', () => {
  assert.equal(visibleText('a\x1b[2Jb\r\n\t\x9b1m\u202e\x00'), 'a\\x1b[2Jb\\r\\n\\t\\x9b1m\\u202e\\x00')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(visibleText(text), /[\0-\x1f\x7f-\x9f]/)
    }),
  )
})
