import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type GuardedTarget, removalGuard } from './removal-guard.ts'

const members = (count: number, percent?: number, healthy = count): GuardedTarget[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `tg/${i}`,
    group: 'tg',
    isHealthy: i < healthy,
    removalPercentPerMinute: percent,
  }))

const without = (targets: readonly GuardedTarget[], key: string): GuardedTarget[] =>
  targets.map(target => (target.key === key ? { ...target, isHealthy: false } : target))

test('targets fail and so does the own check: nothing is believed until the own check passes', () => {
  const guard = removalGuard()
  const targets = members(4)
  for (const { key } of targets) guard.hear(key, true, 50)
  guard.hear('tg/0', false, 100)
  assert.equal(guard.doubts('tg/0', 100, targets), undefined, 'nobody has checked the checker yet')
  guard.hearSelf(false, 110)
  assert.equal(guard.isSick(targets), true, 'passes of before say nothing of now')
  assert.equal(guard.doubts('tg/0', 120, targets), 'checker sick')
  guard.hearSelf(true, 130)
  assert.equal(guard.doubts('tg/0', 140, targets), undefined)
})

test('the own check fails and half of the targets pass: those that fail are what is broken', () => {
  const guard = removalGuard()
  const targets = members(4)
  guard.hearSelf(false, 100)
  guard.hearSelf(false, 150)
  guard.hear('tg/0', false, 200)
  guard.hear('tg/1', true, 210)
  assert.equal(guard.doubts('tg/0', 220, targets), 'checker sick')
  guard.hear('tg/2', true, 230)
  assert.equal(guard.doubts('tg/0', 240, targets), undefined)
  guard.hear('tg/2', false, 250)
  assert.equal(guard.doubts('tg/2', 250, targets), 'checker sick')
})

test('targets that were unhealthy already say nothing about the checker', () => {
  const guard = removalGuard()
  guard.hearSelf(false, 0)
  for (const { key } of members(10).slice(1)) guard.hear(key, false, 0)
  guard.hear('tg/0', true, 0)
  assert.equal(guard.isSick(members(10, undefined, 1)), false)
  assert.equal(guard.isSick([]), false)
})

test('so much of the capacity in a minute, but always one', () => {
  const guard = removalGuard()
  let targets = members(10, 30)
  for (const i of [0, 1, 2]) {
    assert.equal(guard.doubts(`tg/${i}`, i * 1_000, targets), undefined)
    targets = without(targets, `tg/${i}`)
  }
  assert.equal(guard.doubts('tg/3', 10_000, targets), 'removal limited')
  assert.equal(guard.doubts('tg/3', 59_999, targets), 'removal limited')
  assert.equal(guard.doubts('tg/3', 60_000, targets), undefined, 'a minute after the first')
  const one = removalGuard()
  assert.equal(one.doubts('tg/0', 0, members(2, 1)), undefined)
  assert.equal(one.doubts('tg/1', 1, without(members(2, 1), 'tg/0')), 'removal limited')
})

test('in no minute is more than the bound taken out, whenever what fails', () => {
  const failures = fc.array(fc.record({ target: fc.nat(29), afterMs: fc.nat(20_000) }), { maxLength: 120 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 30 }),
      failures,
      (percent, count, steps) => {
        const guard = removalGuard()
        let targets = members(count, percent)
        let nowMs = 0
        const removedAt: number[] = []
        for (const { target, afterMs } of steps) {
          nowMs += afterMs
          const key = `tg/${target % count}`
          const wasHealthy = targets.find(one => one.key === key)?.isHealthy === true
          if (guard.doubts(key, nowMs, targets) !== undefined || !wasHealthy) continue
          targets = without(targets, key)
          removedAt.push(nowMs)
          const inMinute = removedAt.filter(at => nowMs - at < 60_000).length
          assert.ok(
            inMinute <= Math.max(1, (count * percent) / 100),
            `${inMinute} of ${count} with ${percent} %`,
          )
        }
      },
    ),
  )
})
