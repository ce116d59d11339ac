import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { type Log, silentLog } from '../base/log.ts'
import { systemNetwork as network } from '../io/network.ts'
import { addReading, type Reading, serveMetrics } from './metrics-pages.ts'

const anywhere = { address: '127.0.0.1', port: 0 }

test('metrics are read when somebody asks, and labels that are gone are told no more', async t => {
  let now: Reading = [[{ zone: 'a' }, 1]]
  const registry = new Registry()
  addReading(registry, { name: 'flows', help: 'Flows.', labelNames: ['zone'] }, () => now)
  const pages = await serveMetrics({ network, log: silentLog }, anywhere, registry)
  assert.ok(pages)
  t.after(() => pages.close())
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${pages.at.port}${path}`)
  assert.deepEqual(await (await get('/health/live')).json(), { status: 'live' })
  const first = await get('/metrics')
  assert.equal(first.headers.get('content-type'), registry.contentType)
  assert.match(await first.text(), /^flows\{zone="a"\} 1$/m)
  now = [[{ zone: 'b' }, 2]]
  const second = await (await get('/metrics')).text()
  assert.match(second, /^flows\{zone="b"\} 2$/m)
  assert.doesNotMatch(second, /zone="a"/)
  const other = await get('/status')
  assert.equal(other.status, 404)
  assert.match(await other.text(), /health\/live or \/metrics/)
})

test('a port that is taken is told in the log, and the role goes on', async t => {
  const taken = await network.listen(anywhere, {}, connection => connection.destroy())
  t.after(() => taken.close())
  const told: unknown[] = []
  const log: Log = { ...silentLog, error: (text, facts) => told.push([text, facts?.['at']]) }
  assert.equal(await serveMetrics({ network, log }, taken.at, new Registry()), undefined)
  assert.deepEqual(told, [['no metrics', taken.at]])
})
