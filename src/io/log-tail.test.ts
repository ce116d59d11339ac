import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lastComplaint } from './log-tail.ts'

const folder = mkdtempSync(join(tmpdir(), 'everport-log-tail-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

function complaintOf(text: string): string | undefined {
  const file = join(folder, 'role.log')
  writeFileSync(file, text)
  return lastComplaint(file)
}
const line = (fields: object): string => `${JSON.stringify(fields)}\n`
const started = line({ level: 'info', event: 'started' })

test('the newest error of our own is what a role complained of', () => {
  const older = line({ level: 'error', event: 'cannot start', message: 'older' })
  const newer = line({ level: 'error', event: 'cannot start', message: 'the port is taken' })
  assert.equal(complaintOf(older + newer + line({ level: 'info', event: 'stopped' })), 'the port is taken')
})

test('of what is wrong, the first line of its detail is told too', () => {
  const detail = 'views.sql:2:1: found CREATE TABLE\n  2 | CREATE TABLE x\n\nviews.sql: 2 mistakes'
  assert.equal(
    complaintOf(line({ level: 'error', message: 'the catalog file cannot be used', detail })),
    'the catalog file cannot be used: views.sql:2:1: found CREATE TABLE',
  )
})

test('an error without a message is told by its event', () => {
  assert.equal(complaintOf(line({ level: 'error', event: 'store lost' })), 'store lost')
})

test('a crash is told in the words of Node', () => {
  const crash = `/app/main.js:3\n  throw new TypeError('no such thing')\n\nTypeError: no such thing\n    at main (main.js:3)\n\nNode.js v20\n`
  assert.equal(complaintOf(started + crash), 'TypeError: no such thing')
})

test('what an earlier process complained of is not said of this one', () => {
  assert.equal(complaintOf(line({ level: 'error', message: 'long ago' }) + started), undefined)
})

test('no log, an empty one, a huge one and garbage say nothing or little', () => {
  assert.equal(lastComplaint(join(folder, 'missing')), undefined)
  assert.equal(complaintOf(''), undefined)
  assert.equal(complaintOf('{"level":"err\n\0\0\n{}'), undefined)
  assert.equal(complaintOf(line({ level: 'error', message: 'x'.repeat(10_000) }))?.length, 300)
  assert.equal(
    complaintOf('y'.repeat(1_000_000) + `\n${line({ level: 'error', message: 'at the end' })}`),
    'at the end',
  )
})
