import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { historyEntriesMax, historyFile, openHistory } from './history.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everport-history-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('keeps what was typed, newest first, for its owner alone', () => {
  const path = join(folder, 'deep', 'sql-history')
  const history = openHistory(path)
  history.add('select 1;')
  history.add("select 'two\nlines \\n';")
  assert.deepEqual(openHistory(path).entries, ["select 'two\nlines \\n';", 'select 1;'])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('secrets are not kept', () => {
  const path = join(folder, 'h')
  const history = openHistory(path)
  history.add("alter role ada PASSWORD 'x';")
  history.add(' select 1;')
  assert.deepEqual(openHistory(path).entries, [])
})

test('stays bounded', () => {
  const path = join(folder, 'h')
  writeFileSync(path, Array.from({ length: historyEntriesMax + 5 }, (_, i) => `select ${i};\n`).join(''))
  const { entries } = openHistory(path)
  assert.equal(entries.length, historyEntriesMax)
  assert.equal(entries[0], `select ${historyEntriesMax + 4};`)
  assert.equal(readFileSync(path, 'utf8').split('\n').length - 1, historyEntriesMax)
})

test('a place that cannot be written is no error', () => {
  writeFileSync(join(folder, 'file'), '')
  const history = openHistory(join(folder, 'file', 'h'))
  history.add('select 1;')
  assert.deepEqual(history.entries, [])
})

test("lies in the user's own folder", () => {
  assert.equal(historyFile({ XDG_STATE_HOME: '/s' }), '/s/everport/sql-history')
  assert.match(historyFile({ XDG_STATE_HOME: 'relative' }), /\.local\/state\/everport\/sql-history$/)
})
