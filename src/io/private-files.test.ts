import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { placeOnce, readIfThere, writePrivate } from './private-files.ts'

test('files are placed once, or replaced, for their owner alone, and nothing is left beside them', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-files-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'secret')
  assert.equal(readIfThere(path), undefined)
  placeOnce(path, 'first')
  placeOnce(path, 'second')
  assert.equal(readIfThere(path), 'first')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['secret'])
  writePrivate(path, 'third')
  assert.equal(readIfThere(path), 'third')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['secret'])
  assert.throws(() => readIfThere(folder), { code: 'file_error', message: `cannot read ${folder}` })
  assert.throws(() => placeOnce(join(folder, 'gone', 'secret'), 'x'), { code: 'ENOENT' })
})
