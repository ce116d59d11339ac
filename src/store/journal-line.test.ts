import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Line, lineOf, takeLine } from './journal-line.ts'

const json = fc.json({ maxDepth: 2 })
const line = fc
  .tuple(fc.stringMatching(/^[0-9a-f.]{1,20}$/), json)
  .map(([author, text]) => ({ author, json: text }))

interface Read {
  readonly lines: readonly Line[]
  readonly torn: number
  readonly end: 'incomplete' | 'damaged'
}

function readAll(bytes: Buffer): Read {
  const lines: Line[] = []
  let torn = 0
  for (let at = 0; ; ) {
    const taken = takeLine(bytes, at)
    if (taken.kind === 'incomplete' || taken.kind === 'damaged') return { lines, torn, end: taken.kind }
    if (taken.kind === 'line') lines.push(taken.line)
    else torn++
    assert.ok(taken.next > at)
    at = taken.next
  }
}

test('what was appended is read in its order, at every length that a reader may meet', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), appended => {
      const encoded = appended.map(({ author, json: text }) => lineOf(author, text))
      const bytes = Buffer.concat(encoded)
      for (let length = 0; length <= bytes.length; length++) {
        let whole = 0
        for (let end = 0; whole < encoded.length; whole++) {
          end += (encoded[whole] as Buffer).length
          if (end > length) break
        }
        const expected = { lines: appended.slice(0, whole), torn: 0, end: 'incomplete' }
        assert.deepEqual(readAll(bytes.subarray(0, length)), expected)
      }
    }),
    { numRuns: 50 },
  )
})

test('a line that was cut off anywhere is passed over, and those around it are read', () => {
  fc.assert(
    fc.property(line, line, line, (before, cut, after) => {
      const [first, second, third] = [before, cut, after].map(each => lineOf(each.author, each.json))
      assert.ok(first !== undefined && second !== undefined && third !== undefined)
      for (let length = 1; length < second.length; length++) {
        const bytes = Buffer.concat([first, second.subarray(0, length), third])
        assert.deepEqual(readAll(bytes), { lines: [before, after], torn: 1, end: 'incomplete' })
      }
    }),
    { numRuns: 50 },
  )
})

test('zeros in place of what had not reached the disk are passed over', () => {
  fc.assert(
    fc.property(line, line, line, fc.nat(), fc.nat(), (before, lost, after, a, b) => {
      const [first, second, third] = [before, lost, after].map(each => lineOf(each.author, each.json))
      assert.ok(first !== undefined && second !== undefined && third !== undefined)
      const [from = 0, to = 0] = [a % second.length, b % second.length].sort((x, y) => x - y)
      second.fill(0, from, to + 1)
      const { lines, end } = readAll(Buffer.concat([first, second, third]))
      assert.deepEqual({ lines, end }, { lines: [before, after], end: 'incomplete' })
    }),
  )
})

test('a byte that changed later is damage, and not taken for a line that was cut off', () => {
  fc.assert(
    fc.property(line, line, fc.nat(), fc.integer({ min: 1, max: 255 }), (changed, after, where, by) => {
      const bytes = lineOf(changed.author, changed.json)
      // The content alone: a length that became greater looks like a line that was cut off.
      const at = 18 + (where % (bytes.length - 18))
      const value = (bytes[at] as number) ^ by
      fc.pre(value !== 0 && value !== 0x0a)
      bytes[at] = value
      assert.deepEqual(readAll(Buffer.concat([bytes, lineOf(after.author, after.json)])), {
        lines: [],
        torn: 0,
        end: 'damaged',
      })
    }),
  )
})

test('bytes of any kind are read to their end without more', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), random => {
      assert.deepEqual(readAll(Buffer.from(random)).lines, [])
    }),
  )
})
