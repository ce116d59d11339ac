import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateRouting } from './routing.ts'

const given = process.env['EVERPORT_SEED']
const count = Number(process.env['EVERPORT_SEEDS'] ?? 100)
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(given)]

test('trees of routing policies answer as the truth tables say of what each server heard', async t => {
  const totals = { queries: 0, answered: 0, switches: 0, lost: 0, stale: 0, steered: 0 }
  for (const seed of seeds) {
    const counts = await simulateRouting(seed)
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += counts[key]
  }
  t.diagnostic(`${seeds.length} seeds: ${JSON.stringify(totals)}`)
  // A simulation in which nothing happens would pass everything.
  if (given === undefined && count >= 50)
    for (const key of ['answered', 'switches', 'lost', 'stale', 'steered'] as const)
      assert.ok(totals[key] > seeds.length, `${key}: ${totals[key]}`)
})

test('a seed takes the same path every time', async () => {
  assert.deepEqual(await simulateRouting(seeds[0] ?? 1), await simulateRouting(seeds[0] ?? 1))
})
