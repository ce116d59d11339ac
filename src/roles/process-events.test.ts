import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProcessState, ProcessStatus } from '../resources/status.ts'
import { processEvents } from './process-events.ts'

/** The events of one process, told as `event: reason`, while it goes through these states. */
function told(...states: (ProcessState | undefined)[]): string[] {
  const events: string[] = []
  const tell = processEvents({
    tell: ({ event, subject, reason }) => {
      assert.equal(subject, 'node-active-a-1')
      events.push(`${event}: ${reason}`)
    },
  })
  for (const state of states) {
    const status: ProcessStatus | undefined =
      state === undefined ? undefined : { state, restarts: 2, since: '', reason: 'ended by SIGKILL' }
    tell('node-active-a-1', status)
  }
  return events
}

test('a process that dies is told of, and that it was started again', () => {
  assert.deepEqual(told('starting', 'running', 'backing-off', 'starting', 'running', 'running'), [
    'process ended: ended by SIGKILL',
    'process started again: restart 2 since everport up',
  ])
})

test('the first start and what an operator ordered are no events', () => {
  assert.deepEqual(told('starting', 'running', 'stopping', 'stopped', 'starting', 'running', undefined), [])
})

test('one that cannot live is told of once', () => {
  assert.deepEqual(told('starting', 'backing-off', 'starting', 'crash-looping', 'crash-looping'), [
    'process ended too often: ended by SIGKILL; from now on it is started seldom',
  ])
})
