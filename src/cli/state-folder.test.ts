import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createStateFolder } from './state-folder.ts'

test('a state folder is made with all above it, for its owner alone, and made again is the same', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-state-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'a', 'b')
  const made = createStateFolder(path)
  assert.equal(made.path, path)
  for (const each of [made.storeDir, made.logDir, made.runDir]) {
    assert.ok(statSync(each).isDirectory())
    assert.equal(statSync(each).mode & 0o777, 0o700)
  }
  assert.deepEqual(createStateFolder(path), made)
})

test('a place where no folder can be is refused', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-state-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'file'), '')
  const places = [join(folder, 'file'), join(folder, 'file', 'state')]
  if (process.platform === 'linux') places.push('/proc/everport-state')
  for (const place of places)
    assert.throws(() => createStateFolder(place), {
      code: 'file_error',
      message: new RegExp(`^cannot use ${place} as state folder: `),
    })
})
