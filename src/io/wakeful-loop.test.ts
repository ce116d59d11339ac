import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallThreads } from '../base/call-threads.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { wakefulLoop, wakefulMs } from './wakeful-loop.ts'

interface Rig {
  readonly clock: SimulatedClock
  readonly loop: CallThreads
  /** Turns that the loop takes until it sleeps, each so long; no more than ten. */
  turns(eachMs: number): number
}

function rig(): Rig {
  const clock = new SimulatedClock()
  const waiting: (() => void)[] = []
  return {
    clock,
    loop: wakefulLoop(clock, task => void waiting.push(task)),
    turns(eachMs) {
      let count = 0
      for (; waiting.length > 0 && count < 10; count++) {
        assert.equal(waiting.length, 1, 'one turn waits at a time')
        clock.advance(eachMs)
        waiting.pop()?.()
      }
      return count
    },
  }
}

test('a single short call is awaited awake, and when it has ended the loop sleeps', () => {
  const { loop, turns } = rig()
  for (let i = 0; i < 3; i++) {
    loop.began()
    assert.equal(turns(0), 10, 'as long as it lasts')
    loop.ended()
    assert.equal(turns(0), 1)
  }
})

test('what outlasts the bound is slept through, and so is the next, until one is short', () => {
  const { clock, loop, turns } = rig()
  loop.began()
  assert.equal(turns(wakefulMs / 4), 4)
  clock.advance(10)
  loop.ended()
  loop.began()
  assert.equal(turns(0), 0)
  loop.ended()
  loop.began()
  assert.equal(turns(0), 10)
})

test('several calls at a time keep nothing awake', () => {
  const { loop, turns } = rig()
  loop.began()
  loop.began()
  assert.equal(turns(0), 1)
  loop.ended()
  assert.equal(turns(0), 0)
  loop.began()
  loop.ended()
  loop.ended()
  loop.began()
  assert.equal(turns(0), 10)
})
