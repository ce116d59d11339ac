import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulation.ts'

const given = process.env['EVERPORT_SEED']
const count = Number(process.env['EVERPORT_SEEDS'] ?? 200)
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(given)]

test('health, selection and failover decide well under random faults', t => {
  const totals = { connections: 0, switches: 0, faults: 0, blindLooks: 0 }
  for (const seed of seeds) {
    const counts = simulate(seed)
    totals.connections += counts.connections
    totals.switches += counts.switches
    totals.faults += counts.faults
    totals.blindLooks += counts.blindLooks
  }
  t.diagnostic(
    `${seeds.length} seeds: ${totals.faults} faults, ${totals.connections} connections, ${totals.switches} changes of the answer`,
  )
  // A simulation in which nothing happens would pass everything.
  if (given === undefined && count >= 50)
    assert.ok(
      totals.switches > 2 * seeds.length &&
        totals.connections > 50 * seeds.length &&
        totals.blindLooks > seeds.length,
    )
})

test('a seed takes the same path every time', () => {
  assert.deepEqual(simulate(seeds[0] ?? 1), simulate(seeds[0] ?? 1))
})
