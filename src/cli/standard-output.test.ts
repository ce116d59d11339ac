import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { test } from 'node:test'
import { isSystemError, systemErrorText } from './system-error.ts'

const program = ['--import', 'tsx', 'src/main.ts']

test('output onto a full disk: one sentence, exit code 2', t => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full')
  const full = openSync('/dev/full', 'w')
  t.after(() => closeSync(full))
  const { status, stderr } = spawnSync(process.execPath, [...program, '--help'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  })
  assert.equal(stderr, 'error: the output cannot be written: no space left on device\n')
  assert.equal(status, 2)
})

test('a reader that has gone, as head does, ends a command quietly', async () => {
  const child = spawn(
    process.execPath,
    [...program, 'export', 'examples/active-passive.yaml', '--format', 'terraform'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  child.stdout.destroy()
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const code = await new Promise(resolve => child.once('close', resolve))
  assert.equal(complaint, '')
  assert.equal(code, 0)
})

test('what the system refuses is told in its words and with its place; a mistake of ours is no such thing', () => {
  const error = Object.assign(new Error("EACCES: permission denied, stat '/srv/everport/store'"), {
    code: 'EACCES',
    errno: -13,
    syscall: 'stat',
    path: '/srv/everport/store',
  })
  assert.ok(isSystemError(error))
  assert.equal(systemErrorText(error), 'permission denied: /srv/everport/store')
  const read = Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {
    code: 'EISDIR',
    errno: -21,
    syscall: 'read',
  })
  assert.equal(systemErrorText(read), 'illegal operation on a directory')
  assert.equal(isSystemError(new TypeError('x is not a function')), false)
})

test('a wrong command or option: what it was, and what to call instead', () => {
  const told = (...args: string[]): string =>
    spawnSync(process.execPath, [...program, ...args], { encoding: 'utf8' }).stderr
  assert.match(told('contrl'), /unknown command: contrl\n {2}try: everport control\n/)
  assert.equal(
    told('events', '--limit', '-3'),
    "error: Option '--limit' argument is ambiguous\n  try: everport events --help\n",
  )
})
