import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileLog } from './log.ts'

test('a line is JSON with level, time, role, event and fields, and is written at once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-log-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'logs', 'balancer.log')
  const log = fileLog('balancer-active-a', file)
  log.info('target healthy', { target: '127.0.1.11:9996' })
  log.child({ listener: 9996 }).warn('connect refused')
  const [first, second] = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  assert.equal(first?.['level'], 'info')
  assert.equal(first?.['role'], 'balancer-active-a')
  assert.equal(first?.['pid'], process.pid)
  assert.equal(first?.['event'], 'target healthy')
  assert.equal(first?.['target'], '127.0.1.11:9996')
  assert.ok(!Number.isNaN(Date.parse(String(first?.['time']))))
  assert.equal(second?.['level'], 'warn')
  assert.equal(second?.['listener'], 9996)
})

test('a disk that is full costs lines and never the process', async t => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full')
  const uncaught: unknown[] = []
  const catchIt = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtException', catchIt)
  t.after(() => process.off('uncaughtException', catchIt))
  const log = fileLog('dns-1', '/dev/full')
  // More than the stream keeps for later, and each of them fails.
  for (let i = 0; i < 2_000; i++) log.info('balancer unhealthy', { reason: 'x'.repeat(100) })
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(uncaught, [])
})
