import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { statusPublisher } from './status-publisher.ts'

function listeningLog(): { log: Log; told: string[] } {
  const told: string[] = []
  const tell =
    (level: string) =>
    (event: string): void =>
      void told.push(`${level}: ${event}`)
  const log: Log = {
    debug: tell('debug'),
    info: tell('info'),
    warn: tell('warn'),
    error: tell('error'),
    child: () => log,
  }
  return { log, told }
}

test('a store that takes nothing is told of once, and takes everything when it can again', async () => {
  const real = memoryStore()
  let isFull = true
  const store: Store = {
    ...real,
    commit: (guards, changes) =>
      isFull
        ? Promise.reject(new EverportError('state_error', 'no space left on device'))
        : real.commit(guards, changes),
  }
  const { log, told } = listeningLog()
  const publish = statusPublisher(store, log)
  publish({ key: 'status/process/node-a-1', value: { state: 'starting' } })
  await publish.flushed()
  publish({ key: 'status/process/node-a-1', value: { state: 'running' } })
  for (let heartbeat = 0; heartbeat < 20; heartbeat++) {
    publish({ key: 'status/dns/dns-1', value: { heartbeat } })
    await publish.flushed()
  }
  assert.deepEqual(told, ['error: status not stored'])
  isFull = false
  publish({ key: 'status/dns/dns-1', value: { heartbeat: 20 } })
  await publish.flushed()
  assert.deepEqual(told, ['error: status not stored', 'info: status stored again'])
  assert.deepEqual(real.read().get('status/dns/dns-1')?.value, { heartbeat: 20 })
  // Nobody says this again: without it a node that is back would stay away for all readers.
  assert.deepEqual(real.read().get('status/process/node-a-1')?.value, { state: 'running' })
})

test('a commit that can never be taken holds up no other', async () => {
  const store = memoryStore()
  const { log, told } = listeningLog()
  const publish = statusPublisher(store, log)
  publish({ key: 'status/dns/dns-1', value: { text: 'x'.repeat(2 ** 26) } })
  await publish.flushed()
  assert.deepEqual(told, ['error: status not stored'])
  publish({ key: 'status/control', value: { heartbeat: 1 } })
  await publish.flushed()
  assert.deepEqual(store.read().get('status/control')?.value, { heartbeat: 1 })
})
