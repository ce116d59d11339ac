import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetPool } from '../balancer/selection/target-pool.ts'
import type { TargetStates } from '../balancer/selection/target-state.ts'
import { zonalHealth } from '../dns/routing/zonal-health.ts'
import { groupPart, targetPart } from '../testing/balancer-parts.ts'

/** NLB guide, "Target group health": two zones of 10 targets, 50 % wanted for DNS and for routing, 6 of zone b fail. */
const targets = ['a', 'b'].flatMap(zone =>
  Array.from({ length: 10 }, (_, i) => targetPart(`${zone}${i}`, { zone })),
)
const states: TargetStates = new Map(
  targets.map(({ key, zone, id }) => [
    key,
    { state: zone === 'b' && Number(id.slice(1)) < 6 ? ('unhealthy' as const) : ('healthy' as const) },
  ]),
)

function of(zone: string, crossZone: boolean) {
  const pool = targetPool(groupPart(targets, { healthyPercentMin: 50, crossZone }), states, zone)
  const counted = targets.map(target => ({
    zone: target.zone,
    healthy: states.get(target.key)?.state === 'healthy',
  }))
  const group = { targetGroup: 'tg', targets: counted, minimum: { count: 1, percentage: 50 }, crossZone }
  const { healthy } = zonalHealth(zone, { isAlive: true, process: undefined, groups: [group] })
  return { inDns: healthy, failOpen: pool.failOpen, chosenFrom: pool.tiers[0]?.targets.length }
}

test("AWS's example, cross-zone off: zone b leaves DNS, and whoever still comes there is spread over all 10", () => {
  assert.deepEqual(of('a', false), { inDns: true, failOpen: false, chosenFrom: 10 })
  assert.deepEqual(of('b', false), { inDns: false, failOpen: true, chosenFrom: 10 })
})

test('cross-zone on: 14 of 20 are 70 %, so nothing is done', () => {
  for (const zone of ['a', 'b'])
    assert.deepEqual(of(zone, true), { inDns: true, failOpen: false, chosenFrom: 14 })
})
