import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SwitchingCounts, simulateSwitching } from './switching.ts'

const given = process.env['EVERPORT_SEED']
const count = Number(process.env['EVERPORT_SEEDS'] ?? 200)
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(given)]

test('failover names switch as they should among processes that restart, lose the store and hear late', async t => {
  const totals: SwitchingCounts = { switches: 0, orders: 0, restarts: 0, storeLosses: 0 }
  for (const seed of seeds) {
    const counts = await simulateSwitching(seed)
    for (const key of Object.keys(totals) as (keyof SwitchingCounts)[]) totals[key] += counts[key]
  }
  t.diagnostic(`${seeds.length} seeds: ${JSON.stringify(totals)}`)
  if (given === undefined && count >= 50)
    assert.ok(totals.switches > 5 * seeds.length && totals.restarts > seeds.length && totals.storeLosses > 0)
})
