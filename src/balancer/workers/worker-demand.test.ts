import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type WorkersWish, workersWish } from '../../resources/load-balancing.ts'
import { type DemandEvent, nextDemand, noDemand, workersMost } from './worker-demand.ts'

/** Starts at each of so many ticks in a row. */
function starts(
  wish: WorkersWish,
  ticks: readonly Partial<Extract<DemandEvent, { type: 'tick' }>>[],
  most = 4,
  from = noDemand,
): boolean[] {
  let demand = from
  return ticks.map((tick, i) => {
    const event = { type: 'tick', nowMs: i * 200, workers: 0, busyShare: 0, isTaking: true, ...tick } as const
    const next = nextDemand(demand, event, { wish, workersMax: most })
    demand = next.demand
    return next.starts
  })
}

test('a second of being more than half busy starts one; a pause begins it anew', () => {
  const busy = { busyShare: 0.6 }
  assert.deepEqual(starts('auto', [busy, busy, busy, busy, busy, busy]), [
    false,
    false,
    false,
    false,
    true,
    false,
  ])
  assert.deepEqual(starts('auto', [busy, busy, busy, busy, { busyShare: 0.5 }, busy]), [
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})

test('busy with something else than new connections, or enough workers: none starts', () => {
  const ticks = (tick: object) => Array.from({ length: 10 }, () => ({ busyShare: 1, ...tick }))
  assert.ok(!starts('auto', ticks({ isTaking: false })).includes(true))
  assert.ok(!starts('auto', ticks({ workers: 4 })).includes(true))
  assert.ok(starts('auto', ticks({ workers: 3 })).includes(true))
})

test('a number is started at once, busy or not', () => {
  assert.deepEqual(starts(2, [{ workers: 0, isTaking: false }, { workers: 1 }, { workers: 2 }], 2), [
    true,
    true,
    false,
  ])
})

test('after one has ended: a pause, which doubles until one has lived for a minute', () => {
  const rules = { wish: 1, workersMax: 1 } as const
  let demand = noDemand
  const pauses: number[] = []
  for (let i = 0; i < 8; i++) {
    demand = nextDemand(demand, { type: 'ended', nowMs: 0, livedMs: 10 }, rules).demand
    pauses.push(demand.notBeforeMs)
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  assert.deepEqual(starts(1, [{ nowMs: 59_999 }, { nowMs: 60_000 }], 1, demand), [false, true])
  demand = nextDemand(demand, { type: 'ended', nowMs: 0, livedMs: 60_000 }, rules).demand
  assert.equal(demand.notBeforeMs, 1_000)
})

test('as many as processors but one, or as many as are asked for', () => {
  assert.deepEqual(
    [workersMost('auto', 1), workersMost('auto', 8), workersMost(0, 8), workersMost(3, 2)],
    [0, 7, 0, 3],
  )
})

test('an attribute that is no number of workers is none', () => {
  const wishes = ['0', '32', '33', '-1', '1.5', '', 'many'].map(value =>
    workersWish({ 'everport.workers': value }),
  )
  assert.deepEqual([workersWish({}), ...wishes], ['auto', 0, 32, 'auto', 'auto', 'auto', 'auto', 'auto'])
})
