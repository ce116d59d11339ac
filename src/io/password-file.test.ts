import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { passwordFileReader } from './password-file.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'everport-password-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('the password is read anew each time', async t => {
  const path = join(folder(t), 'checker')
  const read = passwordFileReader(() => '/')
  assert.deepEqual(await read(path), { problem: 'it does not exist' })
  writeFileSync(path, 's3cret\n')
  assert.deepEqual(await read(path), { password: 's3cret' })
  writeFileSync(path, 'another\n')
  assert.deepEqual(await read(path), { password: 'another' })
  rmSync(path)
  assert.deepEqual(await read(path), { problem: 'it does not exist' })
})

test('of a large file only the beginning is looked at', async t => {
  const path = join(folder(t), 'checker')
  const read = passwordFileReader(() => '/')
  writeFileSync(path, `s3cret\n${'x'.repeat(1_000_000)}`)
  assert.deepEqual(await read(path), { password: 's3cret' })
  writeFileSync(path, 'x'.repeat(1_000_000))
  assert.deepEqual(await read(path), { problem: 'its first line has more than 1024 bytes' })
})

test('what is no file, and a pipe that nobody writes to', async t => {
  const inside = folder(t)
  const read = passwordFileReader(() => '/')
  const no = { problem: 'it is no file' }
  mkdirSync(join(inside, 'folder'))
  assert.deepEqual(await read(join(inside, 'folder')), no)
  execFileSync('mkfifo', [join(inside, 'pipe')])
  assert.deepEqual(await read(join(inside, 'pipe')), no)
  assert.deepEqual(await read('/dev/zero'), no)
  writeFileSync(join(inside, 'file'), 's3cret')
  assert.deepEqual(await read(join(inside, 'file', 'checker')), { problem: 'it does not exist' })
  assert.deepEqual(await read('package.json'), { problem: 'it is not an absolute path' })
  assert.deepEqual(await read(join(inside, 'x'.repeat(300))), {
    problem: 'it cannot be read (ENAMETOOLONG)',
  })
})

test('only files of the one folder are read: no other by its path, by two dots or by a link', async t => {
  const inside = folder(t)
  const secrets = join(inside, 'secrets')
  const read = passwordFileReader(() => secrets)
  const outside = { problem: `it is not in ${secrets}, the one folder that passwords are read from` }
  writeFileSync(join(inside, 'other'), 'not-yours')
  assert.deepEqual(await read(join(secrets, 'checker')), { problem: 'it does not exist' })
  mkdirSync(join(secrets, 'of-today'), { recursive: true })
  writeFileSync(join(secrets, 'of-today', 'checker'), 's3cret')
  symlinkSync('of-today', join(secrets, 'now'))
  symlinkSync(join(inside, 'other'), join(secrets, 'leads-out'))
  for (const path of [
    join(inside, 'other'),
    `${secrets}/../other`,
    `${secrets}/leads-out`,
    secrets,
    `${secrets}s/x`,
  ])
    assert.deepEqual(await read(path), outside, path)
  assert.deepEqual(await read(join(secrets, 'of-today', 'checker')), { password: 's3cret' })
  assert.deepEqual(await read(join(secrets, 'now', 'checker')), { password: 's3cret' })
})

test('the folder may itself be behind a link, and may be another one next time', async t => {
  const inside = realpathSync(folder(t))
  mkdirSync(join(inside, 'real'))
  writeFileSync(join(inside, 'real', 'checker'), 's3cret')
  symlinkSync('real', join(inside, 'secrets'))
  let secrets = join(inside, 'secrets')
  const read = passwordFileReader(() => secrets)
  assert.deepEqual(await read(join(inside, 'secrets', 'checker')), { password: 's3cret' })
  secrets = '/nowhere'
  assert.match(JSON.stringify(await read(join(inside, 'secrets', 'checker'))), /not in \/nowhere/)
})

test('a file of somebody else', { skip: process.getuid?.() === 0 && 'root may read every file' }, async t => {
  const path = join(folder(t), 'checker')
  writeFileSync(path, 's3cret')
  chmodSync(path, 0)
  assert.deepEqual(await passwordFileReader(() => '/')(path), { problem: 'it may not be read' })
})

test('those who ask at once share a reading', async t => {
  const path = join(folder(t), 'checker')
  writeFileSync(path, 's3cret')
  const read = passwordFileReader(() => '/')
  const [one, other] = [read(path), read(path)]
  assert.equal(one, other)
  assert.deepEqual(await one, { password: 's3cret' })
  assert.notEqual(read(path), one)
})
