import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseXml, type XmlElement } from './parse-xml.ts'
import { requestLimits } from './request-limits.ts'
import { escapeXml } from './write-xml.ts'

function parsed(text: string): XmlElement {
  const result = parseXml(text)
  assert.ok(!('mistake' in result), JSON.stringify(result))
  return result
}

test('elements, namespaces, CDATA, comments, entities and a declaration', () => {
  const root = parsed(
    '\uFEFF<?xml version="1.0"?><!-- a --><n:A xmlns:n="urn:x" b=\'c\'>\n<B>1 &lt; &#x1F600;&#50;</B><B/><![CDATA[<raw>]]><!-- <C> --></n:A >\n',
  )
  assert.equal(root.name, 'A')
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ['B', '1 < 😀2'],
      ['B', ''],
    ],
  )
  assert.equal(root.text, '\n<raw>')
})

test('what is no XML, or more of it than we take, is refused with its place', () => {
  const deep = '<a>'.repeat(requestLimits.depthMax + 1)
  const refused: [string, RegExp][] = [
    ['', /no element/],
    ['text', /outside the root/],
    ['<a>', /not closed/],
    ['<a></b>', /closes nothing/],
    ['<a/><b/>', /second root/],
    ['<a/>trailing', /outside the root/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /document type/],
    ['<a>&unknown;</a>', /entity/],
    ['<a>&#0;</a>', /entity/],
    ['<a>&#xD800;</a>', /entity/],
    ['<a>\u0000</a>', /character/],
    ['<a>& b</a>', /entity/],
    ['<a b=c/>', /tag/],
    ['<a b="1>', /tag/],
    ['<a><!-- </a>', /comment/],
    [deep, /levels/],
    [`<a>${'<b/>'.repeat(requestLimits.elementsMax)}</a>`, /elements/],
  ]
  for (const [text, expected] of refused) {
    const result = parseXml(text)
    assert.ok('mistake' in result, text.slice(0, 80))
    assert.match(result.mistake, expected)
  }
})

test('any text that was escaped comes back, but for characters that XML does not have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const expected = text.replaceAll(/[\p{Cc}\ufffe\uffff]/gu, one =>
        /[\t\n\r\u007f-\u009f]/.test(one) ? one : '\uFFFD',
      )
      assert.equal(parsed(`<a>${escapeXml(text)}</a>`).text, expected)
    }),
  )
})

test('whatever bytes come, parsing ends and answers', () => {
  const pieces = [
    '<',
    '>',
    '/',
    'a',
    '</a>',
    '<a>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&',
    'amp;',
    '"',
    '=',
    ' ',
    '<?',
    '?>',
    '__proto__',
  ]
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 }))), parts => {
      parseXml(parts.join(''))
    }),
    { numRuns: 2_000 },
  )
})

test('a tag of a megabyte is refused in time that grows with its length, not with its square', () => {
  const result = parseXml(`<a ${'b="c" '.repeat(200_000)}`)
  assert.ok('mistake' in result)
})
