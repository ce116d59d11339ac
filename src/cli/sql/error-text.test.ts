import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportText } from './error-text.ts'

const report = (position?: number, more = {}) => ({
  severity: 'ERROR',
  sqlState: '42P01',
  message: 'relation "x" does not exist',
  detail: undefined,
  hint: undefined,
  position,
  ...more,
})

test('an error looks as in psql', () => {
  assert.equal(
    reportText(report(15, { detail: 'more', hint: 'try y' }), 'select * from x'),
    'ERROR:  relation "x" does not exist\nLINE 1: select * from x\n                      ^\nDETAIL:  more\nHINT:  try y\n',
  )
})

test('the caret stands below the place: later lines, wide characters, tabs, the end', () => {
  const caretAt = (position: number, statement: string) =>
    reportText(report(position), statement).split('\n').slice(1, 3)
  assert.deepEqual(caretAt(14, "select\n\t'東', x\nfrom y"), ["LINE 2:  '東', x", '               ^'])
  assert.deepEqual(caretAt(7, 'select'), ['LINE 1: select', '              ^'])
  assert.deepEqual(caretAt(1, '\nx'), ['LINE 1: ', '        ^'])
})

test('of a long line only the part around the place is shown', () => {
  const [line = '', caret = ''] = reportText(report(501), 'a'.repeat(500) + 'X' + 'b'.repeat(500))
    .split('\n')
    .slice(1)
  assert.equal(line.length, 'LINE 1: '.length + 82)
  assert.equal(line[caret.indexOf('^')], 'X')
})

test('a position that lies outside, and a server that drives the terminal, do no harm', () => {
  assert.equal(reportText(report(99), 'x'), 'ERROR:  relation "x" does not exist\n')
  assert.equal(reportText(report(undefined, { message: '\x1b[2J' }), 'x'), 'ERROR:  \\x1b[2J\n')
})
