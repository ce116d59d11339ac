import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProcessState } from '../../resources/status.ts'
import { failover } from './failover.ts'
import { loadBalancerHealth } from './load-balancer-health.ts'
import { groupHealth, recordHealth } from './record-health.ts'
import { type GroupTargets, type ObservedZone, zonalHealth } from './zonal-health.ts'

const up = { healthy: true, reason: 'up' }
const down = { healthy: false, reason: 'down' }
const verdicts = { healthy: up, unhealthy: down, absent: undefined }

const failoverRows = [
  ['healthy', 'healthy', 'PRIMARY'],
  ['healthy', 'unhealthy', 'PRIMARY'],
  ['healthy', 'absent', 'PRIMARY'],
  ['unhealthy', 'healthy', 'SECONDARY'],
  ['unhealthy', 'unhealthy', 'PRIMARY'],
  ['unhealthy', 'absent', 'PRIMARY'],
  ['absent', 'healthy', 'SECONDARY'],
  ['absent', 'unhealthy', 'SECONDARY'],
  ['absent', 'absent', undefined],
] as const

for (const [primary, secondary, answered] of failoverRows) {
  test(`failover: primary ${primary}, secondary ${secondary} → ${answered ?? 'nothing'}`, () => {
    assert.equal(failover(verdicts[primary], verdicts[secondary])?.answered, answered)
  })
}

test('the failover reason names what is wrong', () => {
  assert.match(failover(down, up)?.reason ?? '', /primary: down/)
  assert.match(failover(down, down)?.reason ?? '', /last resort/)
})

const recordRows = [
  ['values, no check', undefined, undefined, true],
  ['values, check up', up, undefined, true],
  ['values, check down', down, undefined, false],
  ['alias, no check, not evaluated, target down', undefined, [false, down], true],
  ['alias, no check, evaluated, target down', undefined, [true, down], false],
  ['alias, no check, evaluated, target up', undefined, [true, up], true],
  ['alias, check up, not evaluated, target down', up, [false, down], true],
  ['alias, check down, not evaluated, target up', down, [false, up], false],
  ['alias, check up, evaluated, target up', up, [true, up], true],
  ['alias, check up, evaluated, target down', up, [true, down], false],
  ['alias, check down, evaluated, target up', down, [true, up], false],
] as const

for (const [title, healthCheck, alias, healthy] of recordRows) {
  test(`record: ${title} → ${healthy ? 'healthy' : 'unhealthy'}`, () => {
    const inputs = alias === undefined ? undefined : { evaluateTargetHealth: alias[0], target: alias[1] }
    assert.equal(recordHealth({ healthCheck, alias: inputs }).healthy, healthy)
  })
}

test('a group of records is healthy when one is, and never when empty', () => {
  assert.equal(groupHealth([down, up]).healthy, true)
  assert.equal(groupHealth([down, down]).healthy, false)
  assert.equal(groupHealth([]).healthy, false)
})

const own = (...healthy: boolean[]) => healthy.map(one => ({ zone: 'a', healthy: one }))
const other = (...healthy: boolean[]) => healthy.map(one => ({ zone: 'b', healthy: one }))
const group = (targets: GroupTargets['targets'], more: Partial<GroupTargets> = {}): GroupTargets => ({
  targetGroup: 'odbc',
  targets,
  minimum: { count: 1, percentage: 0 },
  crossZone: false,
  ...more,
})
const fresh = (...groups: GroupTargets[]): ObservedZone => ({ isAlive: true, process: 'running', groups })

const zonalRows: readonly [title: string, observed: ObservedZone, inDns: boolean][] = [
  ['each group has a healthy target', fresh(group(own(true, false)), group(own(true))), true],
  ['one group has only unhealthy targets', fresh(group(own(true)), group(own(false))), false],
  ['no target anywhere', fresh(group([])), false],
  ['no group', fresh(), false],
  ['healthy targets only in another zone', fresh(group(other(true))), false],
  ['own targets dead, the other zone healthy', fresh(group([...own(false), ...other(true)])), false],
  ['the same with cross-zone', fresh(group([...own(false), ...other(true)], { crossZone: true })), true],
  ['one group has its targets elsewhere', fresh(group(own(true)), group(other(true))), true],
  ['an empty group beside a healthy one', fresh(group(own(true)), group([])), true],
  ['count 2, one healthy', fresh(group(own(true, false), { minimum: { count: 2, percentage: 0 } })), false],
  ['count 2, two healthy', fresh(group(own(true, true), { minimum: { count: 2, percentage: 0 } })), true],
  [
    '50 %, one of three',
    fresh(group(own(true, false, false), { minimum: { count: 0, percentage: 50 } })),
    false,
  ],
  ['50 %, one of two', fresh(group(own(true, false), { minimum: { count: 0, percentage: 50 } })), true],
  ['minimum off', fresh(group(own(false), { minimum: { count: 0, percentage: 0 } })), true],
  ['silent', { ...fresh(group(own(true))), isAlive: false }, false],
  ['no word of the supervisor', { ...fresh(group(own(true))), process: undefined }, true],
]

for (const [title, observed, inDns] of zonalRows) {
  test(`zone: ${title} → ${inDns ? 'in DNS' : 'not in DNS'}`, () => {
    assert.equal(zonalHealth('a', observed).healthy, inDns)
  })
}

const words: Readonly<Record<ProcessState, boolean>> = {
  starting: true,
  running: true,
  stopping: false,
  stopped: false,
  'backing-off': false,
  'crash-looping': false,
}

for (const [word, inDns] of Object.entries(words)) {
  test(`zone: alive, but the supervisor says ${word} → ${inDns ? 'in DNS' : 'not in DNS'}`, () => {
    const observed = { ...fresh(group(own(true))), process: word as ProcessState }
    assert.equal(zonalHealth('a', observed).healthy, inDns)
  })
}

const balancerRows = [
  ['all zones, each group has a healthy target', [up, up], [group(own(true, false))], true],
  ['one zone left', [up, down], [group(own(true))], true],
  ['no zone left', [down, down], [group(own(true))], false],
  ['no zone at all', [], [], false],
  ['one group dead in every zone', [up], [group(own(true)), group([...own(false), ...other(false)])], false],
  ['one group empty', [up], [group(own(true)), group([])], true],
  [
    'one group dead whose minimum is off',
    [up],
    [group(own(true)), group(own(false), { minimum: { count: 0, percentage: 0 } })],
    true,
  ],
] as const

for (const [title, zones, groups, healthy] of balancerRows) {
  test(`alias to a load balancer: ${title} → ${healthy ? 'healthy' : 'unhealthy'}`, () => {
    assert.equal(loadBalancerHealth(zones, groups).healthy, healthy)
  })
}
