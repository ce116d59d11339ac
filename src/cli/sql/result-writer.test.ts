import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutputFormat } from './options.ts'
import type { Output } from './output.ts'
import { layoutRowsMax, resultWriter } from './result-writer.ts'

function collecting(widthMax?: number): Output & { text: string } {
  return {
    text: '',
    async write(text) {
      this.text += text
    },
    widthMax: () => widthMax,
  }
}

const columns = [
  { name: 'city', typeOid: 25 },
  { name: 'n', typeOid: 23 },
]

async function written(
  format: OutputFormat,
  rows: (string | null)[][],
  more: { expanded?: boolean; widthMax?: number } = {},
) {
  const output = collecting(more.widthMax)
  const writer = resultWriter(output, { format, nullText: '', expanded: more.expanded ?? false })
  writer.columns(columns)
  // One by one: however the rows arrive, the text is the same.
  for (const row of rows) await writer.rows([row])
  await writer.complete(`SELECT ${rows.length}`)
  return output.text
}

test('each format, with rows and without', async () => {
  const rows = [
    ['Wien', '1'],
    [null, '20'],
  ]
  assert.equal(await written('table', rows), ' city | n\n------+----\n Wien |  1\n      | 20\n(2 rows)\n\n')
  assert.equal(
    await written('table', rows, { expanded: true }),
    '-[ RECORD 1 ]\ncity | Wien\nn    | 1\n-[ RECORD 2 ]\ncity |\nn    | 20\n(2 rows)\n\n',
  )
  assert.equal(await written('csv', rows), 'city,n\r\nWien,1\r\n,20\r\n')
  assert.equal(await written('json', rows), '[\n{"city":"Wien","n":1},\n{"city":null,"n":20}\n]\n')
  assert.equal(await written('table', []), ' city | n\n------+---\n(0 rows)\n\n')
  assert.equal(await written('csv', []), 'city,n\r\n')
  assert.equal(await written('json', []), '[]\n')
})

test('a statement without rows shows its tag in a table only', async () => {
  for (const [format, text] of [
    ['table', 'SET\n'],
    ['csv', ''],
    ['json', ''],
  ] as const) {
    const output = collecting()
    await resultWriter(output, { format, nullText: '', expanded: false }).complete('SET')
    assert.equal(output.text, text)
  }
})

test('nothing is written before a row is there', () => {
  for (const format of ['table', 'csv', 'json'] as const) {
    const output = collecting()
    resultWriter(output, { format, nullText: '', expanded: false }).columns(columns)
    assert.equal(output.text, '')
  }
})

test('a long table is written while it arrives, with the widths of its beginning', async () => {
  const rows = Array.from({ length: layoutRowsMax + 1 }, (_, i) => ['x', String(i)])
  const output = collecting()
  const writer = resultWriter(output, { format: 'table', nullText: '', expanded: false })
  writer.columns(columns)
  await writer.rows(rows.slice(0, layoutRowsMax))
  assert.match(output.text, / 999\n$/)
  await writer.rows(rows.slice(layoutRowsMax))
  await writer.complete('SELECT')
  assert.match(
    output.text,
    /\n x {4}\| 1000\n\(1001 rows\)\n\(column widths are those of the first 1000 rows\)\n\n$/,
  )
})

test('CSV is exact in a file and harmless on a terminal', async () => {
  assert.equal(await written('csv', [['\x1b[2J', null]]), 'city,n\r\n\x1b[2J,\r\n')
  assert.equal(await written('csv', [['\x1b[2J', null]], { widthMax: 80 }), 'city,n\n\\x1b[2J,\n')
})
