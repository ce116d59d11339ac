import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newListenerCounters, newTargetCounters } from '../new-counters.ts'
import { userspaceLimits } from '../userspace/limits.ts'
import { type FromWorker, type Report, readFromWorker, readToWorker, type ToWorker } from './messages.ts'

const at = { address: '127.0.0.1', port: 1 }
const report: Report = {
  connections: 1,
  busyShare: 0.5,
  listeners: [[1, newListenerCounters()]],
  targets: [['tg/a', newTargetCounters()]],
  forgotten: [['tg/', newTargetCounters()]],
  gone: ['tg/b'],
  flows: [],
  untold: [['client', 2]],
}
const toWorker: readonly ToWorker[] = [
  { kind: 'begin', limits: userspaceLimits },
  { kind: 'apply', id: 1, work: undefined, states: [['tg/a', { state: 'healthy' }]] },
  { kind: 'listener', at },
  { kind: 'release', id: 2, at },
  { kind: 'look', id: 3, share: { connections: 1, expired: 2, perListener: new Map([[1, 2]]) } },
  { kind: 'close', deadlineMs: 0 },
]
const fromWorker: readonly FromWorker[] = [
  { kind: 'ready' },
  { kind: 'done', id: 1 },
  { kind: 'report', id: 2, report },
  { kind: 'closed', report },
  { kind: 'wants', at },
  { kind: 'returned', at },
  { kind: 'connectFailed', target: 'tg/a', reason: 'timeout' },
  { kind: 'lapsed' },
]

test('every message is understood as it was said', () => {
  for (const message of toWorker) assert.deepEqual(readToWorker(structuredClone(message)), message)
  for (const message of fromWorker) assert.deepEqual(readFromWorker(structuredClone(message)), message)
})

test('what lacks a part, has another kind of value in its place, or is of another kind, is understood by nobody', () => {
  for (const [messages, read] of [
    [toWorker, readToWorker],
    [fromWorker, readFromWorker],
  ] as const) {
    for (const message of messages) {
      for (const field of Object.keys(message)) {
        if (field === 'work') continue
        assert.equal(read({ ...message, [field]: undefined }), undefined, `${message.kind} without ${field}`)
        assert.equal(read({ ...message, [field]: Symbol.iterator }), undefined, `${message.kind} ${field}`)
      }
    }
    for (const other of [undefined, null, 'ready', [], { kind: 'toString' }, { kind: 1 }])
      assert.equal(read(other), undefined)
  }
  const counted = { ...newListenerCounters(), active: -1 }
  const wrong = { kind: 'closed', report: { ...report, listeners: [[1, counted]] } }
  assert.equal(readFromWorker(wrong), undefined)
})
