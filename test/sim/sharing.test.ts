import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateSharing } from './sharing.ts'

const given = process.env['EVERPORT_SEED']
const count = Number(process.env['EVERPORT_SEEDS'] ?? 40)
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(given)]

test('processes that share a balancer keep its promises, whichever of them stops, hears late or dies', async t => {
  const totals = { flows: 0, deregistrations: 0, deaths: 0, refusedForRoom: 0 }
  for (const seed of seeds) {
    const counts = await simulateSharing(seed)
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += counts[name]
  }
  t.diagnostic(`${seeds.length} seeds: ${JSON.stringify(totals)}`)
  // A simulation in which nothing happens would pass everything.
  if (given === undefined && count >= 20)
    for (const [name, number] of Object.entries(totals)) assert.ok(number > 0, `no ${name}`)
})

test('a seed takes the same path every time', async () => {
  assert.deepEqual(await simulateSharing(seeds[0] ?? 1), await simulateSharing(seeds[0] ?? 1))
})
