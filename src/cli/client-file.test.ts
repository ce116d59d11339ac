import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type ClientFile, clientFileName, readClientFile } from './client-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everport-client-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file: ClientFile = {
  dns: [{ address: '127.0.0.1', port: 5300 }],
  name: 'data.demo.test',
  port: 9996,
  user: 'everport',
  password: 'secret',
  database: 'demo',
}

function write(content: string): void {
  writeFileSync(join(folder, clientFileName), content)
}

test('reads what was written', () => {
  write(JSON.stringify(file))
  assert.deepEqual(readClientFile(folder), file)
})

test('no file is no error: the caller knows what to say', () => {
  assert.equal(readClientFile(folder), undefined)
  assert.equal(readClientFile(join(folder, 'missing')), undefined)
})

test('half a file names its place and what is wrong, never its password', () => {
  for (const [content, wrong] of [
    ['{"dns"', /client\.json is damaged: expected JSON/],
    ['[]', /expected an object/],
    [JSON.stringify({ ...file, port: 70_000 }), /expected "port" to be a port number/],
    [JSON.stringify({ ...file, dns: null }), /expected "dns" to be a list of servers/],
    [JSON.stringify({ ...file, user: 7 }), /expected "user" to be a text/],
  ] as const) {
    write(content)
    assert.throws(
      () => readClientFile(folder),
      (error: Error) => wrong.test(error.message) && !error.message.includes('secret'),
    )
  }
})
