import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ProcessExit, RunningProcess } from '../base/processes.ts'
import { isAlive, ownIdentity, systemProcesses } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'everport-processes-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const logFile = join(folder, 'child.log')
const start = (script: string): Promise<RunningProcess> =>
  systemProcesses.spawn({ program: process.execPath, args: ['-e', script], environment: {}, logFile })
const exitOf = (child: RunningProcess): Promise<ProcessExit> => new Promise(resolve => child.onExit(resolve))
const waits = 'setInterval(() => undefined, 1000)'

test('tells how a child ended, also to who asks afterwards, and keeps what it printed', async () => {
  const child = await start('console.log("hello"); console.error("trouble"); process.exit(3)')
  assert.deepEqual(await exitOf(child), { code: 3, signal: undefined })
  assert.deepEqual(await exitOf(child), { code: 3, signal: undefined })
  assert.match(readFileSync(logFile, 'utf8'), /hello\ntrouble/)
})

test('a killed child ends by its signal and is not alive any more', async () => {
  const child = await start(waits)
  assert.equal(isAlive(child.identity), true)
  child.signal('SIGKILL')
  assert.deepEqual(await exitOf(child), { code: undefined, signal: 'SIGKILL' })
  assert.equal(isAlive(child.identity), false)
  child.signal('SIGKILL')
})

test('a program that does not exist is a rejection', async () => {
  const missing = { program: join(folder, 'missing'), args: [], environment: {}, logFile }
  await assert.rejects(systemProcesses.spawn(missing), /ENOENT/)
})

test('a suspended process is told from one that runs', async () => {
  const child = await start(waits)
  assert.equal(child.isSuspended(), false)
  child.signal('SIGSTOP')
  while (!child.isSuspended()) await new Promise(resolve => setImmediate(resolve))
  assert.equal(systemProcesses.adopt(child.identity)?.isSuspended(), true)
  child.signal('SIGKILL')
  await exitOf(child)
  assert.equal(child.isSuspended(), false)
})

test('a process of an earlier run is adopted, watched and ended; a reused id is not', async () => {
  const child = await start(waits)
  const adopted = systemProcesses.adopt(child.identity)
  assert.ok(adopted)
  const ended = exitOf(adopted)
  adopted.signal('SIGTERM')
  assert.deepEqual(await ended, { code: undefined, signal: undefined })
  assert.equal(systemProcesses.adopt(child.identity), undefined)
  assert.equal(systemProcesses.adopt({ pid: process.pid, startedAt: 'another life' }), undefined)
})

test('a child has a session of its own, so that a Ctrl-C in our terminal does not reach it', async t => {
  if (process.platform !== 'linux') return t.skip('reads /proc')
  const child = await start(waits)
  const session = readFileSync(`/proc/${child.identity.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]
  assert.equal(session, String(child.identity.pid))
  child.signal('SIGKILL')
  await exitOf(child)
})

test('a process that only waits to be reaped is not alive', async t => {
  if (process.platform !== 'linux') return t.skip('reads /proc')
  // The second `sleep` takes the place of the shell before the first ends, and never reaps it.
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => parent.kill('SIGKILL'))
  const pid = Number(await new Promise<Buffer>(resolve => parent.stdout.once('data', resolve)))
  const fields = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  while (fields()[0] !== 'Z') await new Promise(resolve => setImmediate(resolve))
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  assert.equal(isAlive({ pid, startedAt: `${boot}/${fields()[19]}` }), false)
  assert.equal(isAlive(ownIdentity()), true)
})
