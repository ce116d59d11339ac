import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonObjects } from './json.ts'

const column = (name: string, typeOid = 25) => ({ name, typeOid })

test('cells become what JSON calls them', () => {
  const render = jsonObjects([
    column('i', 20),
    column('n', 1700),
    column('b', 16),
    column('j', 3802),
    column('t'),
    column('f', 701),
  ])
  assert.equal(
    render(['9007199254740993', '1.50', 't', '{"a":\n1}', 'x"y', 'NaN']),
    '{"i":9007199254740993,"n":1.50,"b":true,"j":{"a": 1},"t":"x\\"y","f":"NaN"}',
  )
  assert.equal(
    render([null, null, null, null, null, null]),
    '{"i":null,"n":null,"b":null,"j":null,"t":null,"f":null}',
  )
})

test('columns of one name stay apart', () => {
  assert.equal(
    jsonObjects([column('a'), column('a'), column('a_2')])(['1', '2', '3']),
    '{"a":"1","a_3":"2","a_2":"3"}',
  )
})

test('no columns give an empty object', () => {
  assert.equal(jsonObjects([])([]), '{}')
})

test('data cannot break out of a string, nor drive a terminal', () => {
  const render = jsonObjects([column('x'), column('j', 114)])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.json(), (text, json) => {
      const line = render([text, json])
      assert.deepEqual(JSON.parse(line), { x: text, j: JSON.parse(json) })
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f]/)
    }),
  )
})

test('a server that lies about a type does not break the document', () => {
  assert.equal(
    jsonObjects([column('i', 23), column('j', 114)])(['1,"x":2', '{']),
    '{"i":"1,\\"x\\":2","j":"{"}',
  )
})
