import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextShares } from './connection-shares.ts'

const own = (used: number, held: number) => ({ used, held, isOwn: true })
const other = (used: number, held: number) => ({ used, held, isOwn: false })

test('alone, one has all; what is free is shared evenly, and what is used stays', () => {
  assert.deepEqual(nextShares(100, [own(0, 100)]), [100])
  assert.deepEqual(nextShares(100, [own(60, 100), other(0, 0)]), [80, 20])
  assert.deepEqual(nextShares(100, [own(0, 50), other(40, 50)]), [30, 70])
})

test('what another may still use is given to nobody before he has answered', () => {
  assert.deepEqual(nextShares(100, [own(50, 50), other(0, 50)]), [50, 25])
  assert.deepEqual(nextShares(100, [own(50, 50), other(0, 25)]), [75, 25])
})

interface Process {
  used: number
  share: number
  held: number[]
}

test('whatever comes and goes, and however late shares arrive, all together keep to the limit; alone with clients, one gets nearly all', () => {
  const step = fc.record({ who: fc.nat(3), wants: fc.integer({ min: -50, max: 50 }), isHeard: fc.boolean() })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(step, { maxLength: 200 }), (max, steps) => {
      const all: Process[] = [0, 1, 2, 3].map(i => ({
        used: 0,
        share: i === 0 ? max : 0,
        held: i === 0 ? [max] : [0],
      }))
      const round = (hears: (process: Process) => boolean): void => {
        const shares = nextShares(
          max,
          all.map(({ used, held }, i) => ({ used, held: Math.max(...held), isOwn: i === 0 })),
        )
        for (const [i, process] of all.entries()) {
          process.held.push(shares[i] ?? 0)
          if (i === 0 || hears(process)) {
            process.share = shares[i] ?? 0
            process.held = [process.share]
          }
        }
      }
      for (const { who, wants, isHeard } of steps) {
        const process = all[who]
        assert.ok(process)
        process.used = Math.max(
          0,
          wants < 0
            ? process.used + wants
            : Math.max(process.used, Math.min(process.share, process.used + wants)),
        )
        round(({ used }) => isHeard || used === 0)
        assert.ok(all.reduce((sum, { used }) => sum + used, 0) <= max)
      }
      for (const process of all.slice(1)) process.used = 0
      const [first] = all
      assert.ok(first)
      // A quarter of what is left, each time.
      for (let i = 0; i < 40; i++) {
        round(() => true)
        first.used = Math.max(first.used, first.share)
      }
      assert.ok(first.used > max - all.length, `${first.used} of ${max}`)
    }),
  )
})
