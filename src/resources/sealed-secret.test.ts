import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRandom } from '../base/random.ts'
import { ensureSealKey, readSealKey, sealKeyFileName } from '../io/seal-key.ts'
import { bytesOf, openSecret, sealKeyBytes, sealSecret } from './sealed-secret.ts'

const random = seededRandom(1)
const key = bytesOf(random, sealKeyBytes)
const secret = Buffer.from('a secret')

test('a secret opens with its key, at its place, unchanged', () => {
  const sealed = sealSecret(key, 'dns/tsig-key/a.', secret, random)
  assert.deepEqual(Buffer.from(openSecret(key, 'dns/tsig-key/a.', sealed) ?? []), secret)
  assert.ok(!Buffer.from(sealed, 'base64').includes(secret))
  assert.notEqual(sealSecret(key, 'dns/tsig-key/a.', secret, random), sealed)
  assert.equal(openSecret(key, 'dns/tsig-key/b.', sealed), undefined)
  assert.equal(openSecret(bytesOf(random, sealKeyBytes), 'dns/tsig-key/a.', sealed), undefined)
  assert.equal(openSecret(key, 'dns/tsig-key/a.', ''), undefined)
  const changed = Buffer.from(sealed, 'base64')
  changed[13] = (changed[13] ?? 0) ^ 1
  assert.equal(openSecret(key, 'dns/tsig-key/a.', changed.toString('base64')), undefined)
})

test('the key is a file for its owner alone, made once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-seal-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  assert.equal(readSealKey(folder), undefined)
  assert.deepEqual(ensureSealKey(folder, key), key)
  assert.deepEqual(ensureSealKey(folder, bytesOf(random, sealKeyBytes)), key)
  assert.equal(statSync(join(folder, sealKeyFileName)).mode & 0o777, 0o600)
  writeFileSync(join(folder, sealKeyFileName), 'short')
  assert.throws(() => readSealKey(folder), /damaged/)
})
