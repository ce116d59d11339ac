import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { csvLine } from './csv.ts'

test('quotes where RFC 4180 asks for them', () => {
  assert.equal(csvLine(['a', 'b']), 'a,b\r\n')
  assert.equal(csvLine(['a,b', 'say "x"', 'two\nlines', 'cr\r']), '"a,b","say ""x""","two\nlines","cr\r"\r\n')
})

test('NULL and empty text stay different', () => {
  assert.equal(csvLine([null, '', ' x']), ',""," x"\r\n')
})

test('no columns give an empty line', () => {
  assert.equal(csvLine([]), '\r\n')
})

test('what is written can be read back', () => {
  const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') }))
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), cells => {
      assert.deepEqual(parseLine(csvLine(cells)), cells)
    }),
  )
})

function parseLine(line: string): (string | null)[] {
  const cells: (string | null)[] = []
  let i = 0
  for (;;) {
    if (line[i] === '"') {
      let text = ''
      for (i++; line[i] !== '"' || line[i + 1] === '"'; i++) {
        text += line[i]
        if (line[i] === '"') i++
      }
      cells.push(text)
      i++
    } else {
      const start = i
      while (line[i] !== ',' && line[i] !== '\r') i++
      cells.push(i === start ? null : line.slice(start, i))
    }
    if (line[i] === '\r') return cells
    i++
  }
}
