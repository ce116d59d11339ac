import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { accessKeyPrefix } from '../resources/access-keys.ts'
import { memoryStore } from '../store/memory-store.ts'
import { readTopology } from '../topology/read-topology.ts'
import { accessKeyCommand } from './access-key.ts'
import { ensureAwsProfile } from './aws-profile.ts'
import { createStateFolder } from './state-folder.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'everport-keys-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function run(...args: string[]): Promise<string> {
  let out = ''
  const code = await accessKeyCommand(args, { out: text => void (out += text), err: () => undefined })
  assert.equal(code, 0)
  return out
}

test('a key is made, listed without its secret, and deleted', async t => {
  const state = createStateFolder(folder(t)).path
  assert.match(await run('--state', state), /no access keys/)
  const made = await run('create', '--policy', 'operator', '--name', 'deploys', '--state', state)
  const [, id = '', secret = ''] =
    /^\[default\]\naws_access_key_id = (AKIA\w{16})\naws_secret_access_key = (\S{40})\n$/.exec(made) ?? []
  assert.ok(id)
  const listed = await run('list', '--state', state)
  assert.match(listed, new RegExp(`^${id}  operator {3}.* deploys\n$`))
  assert.ok(!listed.includes(secret))
  await run('delete', id, '--state', state)
  assert.match(await run('--state', state), /no access keys/)
  await assert.rejects(run('delete', id, '--state', state), /there is no access key/)
})

test('what cannot be understood changes nothing', async t => {
  const state = createStateFolder(folder(t)).path
  for (const args of [['make'], ['delete'], ['create'], ['create', '--policy', 'root'], ['list', 'x']])
    await assert.rejects(
      run(...args, '--state', state),
      error => error instanceof EverportError && error.code === 'invalid_input',
    )
})

test('the first start makes an admin’s key and its files; the next keeps them; a damaged file gets a new key', async t => {
  const state = folder(t)
  const store = memoryStore()
  const { topology } = readTopology(
    'name: demo\ndomain: demo.test\ncatalog: c.sql\nclusters: [{ name: active, role: primary, zones: [a] }]\n',
    't.yaml',
    () => true,
  )
  assert.ok(topology)
  const profile = await ensureAwsProfile(store, state, topology)
  const first = readFileSync(profile.credentialsFile, 'utf8')
  assert.equal(statSync(profile.credentialsFile).mode & 0o777, 0o600)
  assert.match(readFileSync(join(state, 'aws-config'), 'utf8'), /endpoint_url = http:\/\/127\.0\.0\.1:8400/)
  await ensureAwsProfile(store, state, topology)
  assert.equal(readFileSync(profile.credentialsFile, 'utf8'), first)
  assert.equal(store.read().list(accessKeyPrefix).length, 1)
  writeFileSync(profile.credentialsFile, first.replace(/key = ./, 'key = x'))
  await ensureAwsProfile(store, state, topology)
  assert.notEqual(readFileSync(profile.credentialsFile, 'utf8'), first)
})
