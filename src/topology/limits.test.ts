import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultAdmission } from '../resources/admission-settings.ts'
import { readTopology } from './read-topology.ts'

const file = (limits: string): string => `name: demo
domain: demo.test
catalog: c.sql
clusters: [{ name: active, role: primary, zones: [a] }]
limits: ${limits}
`
const read = (limits: string): ReturnType<typeof readTopology> =>
  readTopology(file(limits), 't.yaml', () => true)
const mistakes = (limits: string): string[] =>
  (read(limits).mistakes ?? []).map(({ where, found, expected }) => `${where} | ${found} | ${expected}`)

test('nothing written: the defaults that a node without such settings has', () => {
  assert.deepEqual(read('{}').topology?.limits.admission, defaultAdmission)
})

test('groups, rules and roles as the node reads them', () => {
  const { topology } = read(`
  concurrent: 8
  queryMemory: 100MB
  statementTimeout: 5m
  groups:
    - { name: night, weight: 3, concurrent: 2, queued: 0, wait: 5s, queryMemory: 200MB, querySpill: 1GB }
  rules:
    - { group: night, role: etl, application: 'job*', address: 10.0.0.0/8, hours: 22-6 }
    - { group: default }
  roles:
    - { role: etl, connections: 3, concurrent: 1, queued: 2, statementTimeout: 1h }`)
  assert.ok(topology?.limits.admission)
  const { admission } = topology.limits
  assert.deepEqual(
    [admission.concurrentMax, admission.query.memoryMegabytes, admission.timeouts.statementMs],
    [8, 100, 300_000],
  )
  assert.deepEqual(admission.groups, [
    {
      name: 'night',
      weight: 3,
      concurrentMax: 2,
      queuedMax: 0,
      waitMs: 5_000,
      memoryMegabytes: 200,
      spillMegabytes: 1_024,
    },
  ])
  assert.deepEqual(admission.rules, [
    { group: 'night', role: 'etl', application: 'job*', address: '10.0.0.0/8', hours: [22, 6] },
    { group: 'default', role: undefined, application: undefined, address: undefined, hours: undefined },
  ])
  assert.deepEqual(admission.roles, [
    {
      role: 'etl',
      connectionsMax: 3,
      concurrentMax: 1,
      queuedMax: 2,
      timeouts: { statementMs: 3_600_000 },
    },
  ])
})

test('mistakes between limits', () => {
  assert.deepEqual(mistakes('{ rules: [{ group: nobody }] }'), [
    "limits.rules[0].group | 'nobody' | a group that is listed under limits.groups, or default",
  ])
  assert.deepEqual(mistakes('{ rules: [{ group: default, address: 10.0.0.0/33 }] }'), [
    "limits.rules[0].address | '10.0.0.0/33' | an address or a network, such as 10.0.0.0/8 or fd00::/8",
  ])
  assert.deepEqual(mistakes('{ rules: [{ group: default, hours: 8-25 }] }'), [
    "limits.rules[0].hours | '8-25' | hours such as 8-18 or 22-6",
  ])
  assert.deepEqual(mistakes('{ groups: [{ name: a }, { name: a }] }'), [
    "limits.groups[1].name | the group 'a' a second time | names that differ; groups[0] has it",
  ])
  assert.deepEqual(mistakes('{ roles: [{ role: a }, { role: a }] }'), [
    "limits.roles[1].role | the role 'a' a second time | one entry a role; roles[0] is it",
  ])
  assert.deepEqual(mistakes('{ memory: 64MB, queryMemory: 65MB }'), [
    'limits.queryMemory | 65MB for one query and 64MB for all | no more for one query than limits.memory',
  ])
})
