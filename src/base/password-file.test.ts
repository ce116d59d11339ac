import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isFilePath,
  isWithinFolder,
  passwordBytesMax,
  passwordHeadBytes,
  passwordIn,
} from './password-file.ts'

const longest = 'x'.repeat(passwordBytesMax)
const rows: [name: string, content: string | Uint8Array, found: string | RegExp][] = [
  ['a line', 's3cret\n', 's3cret'],
  ['no end of line', 's3cret', 's3cret'],
  ['the end that Windows writes', 's3cret\r\n', 's3cret'],
  ['only the first line counts', 's3cret\nother\n', 's3cret'],
  ['spaces are part of it', ' a b \n', ' a b '],
  ['a byte order mark is not', '\ufeffs3cret\n', 's3cret'],
  ['other scripts', 'pässwörd 密\n', 'pässwörd 密'],
  ['the longest', longest, longest],
  ['the longest, with its end', `${longest}\r\n`, longest],
  ['a byte more', `${longest}x\n`, /^its first line has more than 1024 bytes$/],
  ['a byte more without an end', `${longest}x`, /more than 1024 bytes/],
  ['nothing', '', /^its first line is empty$/],
  ['an empty first line', '\ns3cret\n', /^its first line is empty$/],
  ['a byte order mark alone', '\ufeff\n', /empty/],
  ['bytes that are no text', Uint8Array.of(0x73, 0xff, 0x0a), /^its first line is not UTF-8$/],
]
for (const [name, content, expected] of rows) {
  test(`password file: ${name}`, () => {
    const found = passwordIn(Buffer.from(content).subarray(0, passwordHeadBytes))
    if (typeof expected === 'string') assert.deepEqual(found, { password: expected })
    else assert.match('problem' in found ? found.problem : 'a password', expected)
  })
}

test('whatever is in the file, what is told of it is one of three sentences', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: passwordHeadBytes }), bytes => {
      const found = passwordIn(bytes)
      if ('problem' in found)
        assert.match(found.problem, /^its first line (?:is empty|is not UTF-8|has more than 1024 bytes)$/)
      else assert.ok(found.password !== '' && !found.password.includes('\n'))
    }),
  )
})

test('a path is absolute and on one line', () => {
  for (const path of ['/etc/everport/checker', '/with space/ü']) assert.ok(isFilePath(path), path)
  for (const path of ['', '/', 'checker', './checker', '~/checker', '/a\nb', '/a\0', `/${'x'.repeat(4_096)}`])
    assert.ok(!isFilePath(path), path)
})

test('within a folder is what lies below it, by a path without detours', () => {
  for (const path of ['/srv/s/checker', '/srv/s/of-today/checker', '/srv/s/..checker'])
    assert.ok(isWithinFolder(path, '/srv/s'), path)
  for (const path of [
    '/srv/s',
    '/srv/s/',
    '/srv/secrets',
    '/srv/s/../x',
    '/srv/s/./x',
    '/srv/s//x',
    'checker',
    '',
  ])
    assert.ok(!isWithinFolder(path, '/srv/s'), path)
  assert.ok(isWithinFolder('/checker', '/'))
  assert.ok(!isWithinFolder('/', '/'))
})
