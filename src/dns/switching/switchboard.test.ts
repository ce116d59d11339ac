import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { latchKey, type SwitchLatch, switchingKey } from '../../resources/switching.ts'
import { memoryStore } from '../../store/memory-store.ts'
import type { Store } from '../../store/store.ts'
import { demoZoneId, failoverDocuments } from '../../testing/dns-documents.ts'
import { latchKeeper } from './latch-keeper.ts'
import type { SwitchChange } from './switchboard.ts'
import { switchboard } from './switchboard.ts'

const name = { zoneId: demoZoneId, name: 'data.demo.test.', type: 'A' }
const record = { name: name.name, type: name.type }
const up = { healthy: true, reason: 'up' }
const down = { healthy: false, reason: 'down' }
const wallMs = Date.parse('2026-01-01T00:00:00Z')

async function filledStore(): Promise<Store> {
  const store = memoryStore()
  const documents = { ...failoverDocuments(), [switchingKey(name)]: { failback: { kind: 'manual' } } }
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  return store
}

function server(store: Store, by: string) {
  let clockMs = 0
  const changes: SwitchChange[] = []
  const board = switchboard({
    now: () => ({ clockMs, wallMs: wallMs + clockMs }),
    changed: change => changes.push(change),
  })
  board.read(store.read())
  const keeper = latchKeeper({ store, log: silentLog, by, wallMs: () => wallMs, proposals: board.proposals })
  return {
    changes,
    board,
    decide: (primary = up, secondary = up) => board.decide(record, primary, secondary)?.answered,
    async keep() {
      keeper.keep()
      await keeper.flushed()
    },
    pass: (ms: number) => {
      clockMs += ms
    },
  }
}

const latchOf = (store: Store) => store.read().get<SwitchLatch>(latchKey(name))?.value

test('a switch goes to the store, and the other server follows it', async () => {
  const store = await filledStore()
  const [one, two] = [server(store, 'dns-1'), server(store, 'dns-2')]
  assert.deepEqual([one.decide(), two.decide()], ['PRIMARY', 'PRIMARY'])
  assert.equal(one.decide(down), 'SECONDARY')
  await one.keep()
  assert.deepEqual([latchOf(store)?.epoch, latchOf(store)?.by], [1, 'dns-1'])
  assert.equal(two.board.tick(), false, 'it has not heard of it')
  two.board.read(store.read())
  assert.equal(two.board.tick(), true)
  assert.equal(two.decide(), 'SECONDARY')
  await two.keep()
  assert.equal(latchOf(store)?.by, 'dns-1', 'one switch is told once')
})

test('two that decide at once: the first is kept, the other makes it its own', async () => {
  const store = await filledStore()
  const [one, two] = [server(store, 'dns-1'), server(store, 'dns-2')]
  for (const each of [one, two]) {
    each.decide()
    each.decide(down)
  }
  await Promise.all([one.keep(), two.keep()])
  assert.deepEqual([latchOf(store)?.epoch, latchOf(store)?.by], [1, 'dns-1'])
  two.board.read(store.read())
  assert.equal(two.decide(down), 'SECONDARY')
  assert.deepEqual(two.board.proposals(), [])
})

test('without the store it goes on, and tells when the store is back', async () => {
  const inner = await filledStore()
  let isGone = true
  const store: Store = {
    ...inner,
    commit: (guards, changes) => (isGone ? Promise.reject(new Error('gone')) : inner.commit(guards, changes)),
  }
  const one = server(store, 'dns-1')
  one.decide()
  assert.equal(one.decide(down), 'SECONDARY')
  await one.keep()
  assert.equal(latchOf(inner), undefined)
  assert.equal(one.decide(up), 'SECONDARY')
  isGone = false
  await one.keep()
  assert.equal(latchOf(inner)?.answered, 'SECONDARY')
})

test('changes are told once, with what was before; a name that lost its records is forgotten', async () => {
  const store = await filledStore()
  const one = server(store, 'dns-1')
  one.decide()
  one.pass(1)
  one.decide(down)
  one.decide(down)
  assert.deepEqual(
    one.changes.map(({ before, after }) => [before?.answered, after.answered]),
    [
      [undefined, 'PRIMARY'],
      ['PRIMARY', 'SECONDARY'],
    ],
  )
  const keys = store
    .read()
    .list('route53/zone/')
    .map(({ key }) => key)
  await store.commit(
    [],
    keys.map(key => ({ key, value: undefined })),
  )
  one.board.read(store.read())
  assert.equal(one.board.states().size, 0)
})
