import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateBalancing } from './balancing.ts'

const given = process.env['EVERPORT_SEED']
const count = Number(process.env['EVERPORT_SEEDS'] ?? 200)
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(given)]

test('an engine sends no flow where it must not, whatever changes', async t => {
  const totals = { flows: 0, changes: 0, failOpen: 0, departures: 0, restarts: 0 }
  for (const seed of seeds) {
    const counts = await simulateBalancing(seed)
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += counts[name]
  }
  t.diagnostic(
    `${seeds.length} seeds: ${Object.entries(totals)
      .map(([name, number]) => `${number} ${name}`)
      .join(', ')}`,
  )
  // A simulation in which nothing happens would pass everything.
  if (given === undefined && count >= 50)
    for (const [name, number] of Object.entries(totals))
      assert.ok(number > seeds.length / 4, `only ${number} ${name}`)
})

test('a seed takes the same path every time', async () => {
  assert.deepEqual(await simulateBalancing(seeds[0] ?? 1), await simulateBalancing(seeds[0] ?? 1))
})
