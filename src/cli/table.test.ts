import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  expandedRow,
  layoutTable,
  type TableStyle,
  tableColumn,
  tableFooter,
  tableHeader,
  tableRow,
} from './table.ts'
import { textWidth } from './text-width.ts'

const piped: TableStyle = { nullText: '', widthMax: undefined }
const text = (name: string) => tableColumn({ name, typeOid: 25 })
const number = (name: string) => tableColumn({ name, typeOid: 23 })

function render(
  columns: Parameters<typeof layoutTable>[0],
  rows: (string | null)[][],
  style = piped,
): string {
  const layout = layoutTable(columns, rows, style)
  return tableHeader(layout) + rows.map(row => tableRow(layout, row)).join('') + tableFooter(rows.length)
}

test('a table as psql draws it', () => {
  const rows = [
    ['Wien', '1982000'],
    ['東京', '14'],
    [null, null],
  ]
  assert.equal(
    render([text('city'), number('people')], rows),
    ` city | people
------+---------
 Wien | 1982000
 東京 |      14
      |
(3 rows)
`,
  )
})

test('no rows, one row, no columns', () => {
  assert.equal(render([text('a')], []), ' a\n---\n(0 rows)\n')
  assert.equal(render([text('a')], [['x']]), ' a\n---\n x\n(1 row)\n')
  assert.equal(render([], [[]]), '\n\n\n(1 row)\n')
})

test('NULL can be shown', () => {
  assert.match(render([text('a')], [[null]], { ...piped, nullText: '∅' }), /^ ∅$/m)
})

test('one row stays one line, and data cannot drive the terminal', () => {
  const lines = render([text('a')], [['x\ny\x1b[2J']]).split('\n')
  assert.equal(lines[2], ' x\\ny\\x1b[2J')
})

test('the column name is data too', () => {
  assert.match(render([text('\x1b[31m')], []), /^ \\x1b\[31m$/m)
})

test('on a terminal a line fits, and the widest column pays', () => {
  const rows = [['short', 'x'.repeat(100), '7']]
  const table = render([text('a'), text('b'), number('c')], rows, { nullText: '', widthMax: 40 })
  for (const line of table.split('\n')) assert.ok(textWidth(line) <= 40, line)
  assert.match(table, / short \| x+… \| 7/)
})

test('every table fits that can', () => {
  const cell = fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }))
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 6 })
        .chain(n => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 5 })),
      rows => {
        const columns = (rows[0] ?? []).map((_, i) => text(`c${i}`))
        const table = render(columns, rows, { nullText: '∅', widthMax: 80 })
        for (const line of table.split('\n')) assert.ok(textWidth(line) <= 80, line)
      },
    ),
  )
})

test('a wider cell of a later row is cut on a terminal only', () => {
  const onTerminal = layoutTable([text('a')], [['abc']], { nullText: '', widthMax: 80 })
  assert.equal(tableRow(onTerminal, ['abcdef']), ' ab…\n')
  assert.equal(tableRow(layoutTable([text('a')], [['abc']], piped), ['abcdef']), ' abcdef\n')
})

test('expanded rows', () => {
  assert.equal(
    expandedRow([text('name'), number('n')], ['x\ny', null], 1, { ...piped, nullText: '∅' }),
    '-[ RECORD 1 ]\nname | x\\ny\nn    | ∅\n',
  )
})
