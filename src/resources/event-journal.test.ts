import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../base/log.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { eventJournal } from './event-journal.ts'
import { type EventDocument, eventLimits } from './events.ts'

function journal(store: Store, by = 'dns-1') {
  let wallMs = Date.parse('2026-01-01T00:00:00Z')
  const inner = eventJournal({ store, log: silentLog, prefix: 'events/dns/', by, wallMs: () => wallMs })
  return {
    ...inner,
    say: (event: string, evidence: string[] = []) =>
      inner.tell({ event, subject: 'x', reason: '', evidence }),
    pass: (ms: number) => {
      wallMs += ms
    },
  }
}

function told(store: Store): string[] {
  return store
    .read()
    .list<EventDocument>('events/dns/')
    .map(({ value }) => value.event)
}

test('events are kept in order, also within a millisecond', async () => {
  const store = memoryStore()
  const events = journal(store)
  for (const event of ['a', 'b', 'c']) events.say(event)
  await events.flushed()
  events.pass(1)
  events.say('d')
  await events.flushed()
  assert.deepEqual(told(store), ['a', 'b', 'c', 'd'])
})

test('the oldest go when there are too many, and evidence is bounded', async () => {
  const store = memoryStore()
  const events = journal(store)
  for (let i = 0; i < eventLimits.eventsMax + 10; i++) {
    events.pass(1)
    events.say(String(i), Array<string>(100).fill('probe failed'))
    if (i % 100 === 0) await events.flushed()
  }
  await events.flushed()
  const kept = told(store)
  assert.equal(kept.length, eventLimits.eventsMax)
  assert.equal(kept[0], '10')
  const [first] = store.read().list<EventDocument>('events/dns/')
  assert.equal(first?.value.evidence.length, eventLimits.evidenceMax)
})

test('a store that fails loses nothing that fits, and never more than the oldest', async () => {
  const inner = memoryStore()
  let isGone = true
  const store: Store = {
    ...inner,
    commit: (guards, changes) => (isGone ? Promise.reject(new Error('gone')) : inner.commit(guards, changes)),
  }
  const events = journal(store)
  for (let i = 0; i < eventLimits.waitingMax + 5; i++) events.say(String(i))
  await events.flushed()
  assert.deepEqual(told(inner), [])
  isGone = false
  events.flush()
  await events.flushed()
  assert.equal(told(inner).length, eventLimits.waitingMax)
  assert.equal(told(inner)[0], '5')
})
