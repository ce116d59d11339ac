import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
