import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SimulatedClock } from '../testing/clock.ts'
import { heartbeatMonitor } from './heartbeat-monitor.ts'
import { heartbeatTimeoutMs } from './status.ts'

const beat = (heartbeat: number) => ({ heartbeat, appliedRevision: 1 })

test('nobody is alive before the first observation', () => {
  assert.equal(heartbeatMonitor(new SimulatedClock()).isAlive('status/control'), false)
})

test('a document found at the start is alive until the timeout has passed', () => {
  const clock = new SimulatedClock()
  const monitor = heartbeatMonitor(clock)
  monitor.observe('status/control', beat(7))
  clock.advance(heartbeatTimeoutMs - 1)
  monitor.observe('status/control', beat(7))
  assert.equal(monitor.isAlive('status/control'), true)
  clock.advance(1)
  assert.equal(monitor.isAlive('status/control'), false)
})

test('any change is a sign of life, also one that goes back', () => {
  const clock = new SimulatedClock()
  const monitor = heartbeatMonitor(clock)
  monitor.observe('k', beat(7))
  clock.advance(heartbeatTimeoutMs)
  monitor.observe('k', beat(0))
  assert.equal(monitor.isAlive('k'), true)
})

test('a deleted document is nobody', () => {
  const monitor = heartbeatMonitor(new SimulatedClock())
  monitor.observe('k', beat(1))
  monitor.observe('k', undefined)
  assert.equal(monitor.isAlive('k'), false)
  assert.equal(monitor.nextDeadline(), undefined)
})

test('the next deadline is when the longest silent of the living is held for dead', () => {
  const clock = new SimulatedClock()
  const monitor = heartbeatMonitor(clock)
  monitor.observe('a', beat(1))
  clock.advance(100)
  monitor.observe('b', beat(1))
  assert.equal(monitor.nextDeadline(), heartbeatTimeoutMs)
  clock.advance(heartbeatTimeoutMs - 100)
  assert.equal(monitor.isAlive('a'), false)
  assert.equal(monitor.nextDeadline(), heartbeatTimeoutMs + 100)
})

test('alive exactly while the last change is younger than the timeout', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2_000), fc.boolean())), steps => {
      const clock = new SimulatedClock()
      const monitor = heartbeatMonitor(clock)
      let [counter, changedAt] = [0, 0]
      monitor.observe('k', beat(counter))
      for (const [passes, beats] of steps) {
        clock.advance(passes)
        if (beats) {
          counter++
          changedAt = clock.now()
        }
        monitor.observe('k', beat(counter))
        assert.equal(monitor.isAlive('k'), clock.now() - changedAt < heartbeatTimeoutMs)
      }
    }),
  )
})

test('after the reader was deaf, who was alive has a whole timeout more, and who was dead stays dead', () => {
  const clock = new SimulatedClock()
  const monitor = heartbeatMonitor(clock, 1_000)
  monitor.observe('dead', beat(1))
  clock.advance(500)
  monitor.observe('living', beat(1))
  clock.advance(600)
  const lookedAt = clock.now()
  clock.advance(60_000)
  assert.equal(monitor.isAlive('living'), false)
  assert.equal(monitor.isAlive('living', lookedAt), true)
  monitor.wasDeafSince(lookedAt)
  assert.deepEqual([monitor.isAlive('living'), monitor.isAlive('dead')], [true, false])
  assert.equal(monitor.nextDeadline(), clock.now() + 1_000)
  clock.advance(1_000)
  assert.equal(monitor.isAlive('living'), false)
})
