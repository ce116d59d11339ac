import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TargetHealth, targetHealth } from '../balancer/target-health.ts'
import { silentLog } from '../base/log.ts'
import { networkProbes } from '../health/send-probe.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { sqlProbe } from '../sql/client/sql-probe.ts'
import { groupPart, snapshotPart, targetPart } from '../testing/balancer-parts.ts'
import { nodeBench } from '../testing/node-bench.ts'
import { startNode } from './node.ts'

const ports = { network: systemNetwork, clock: systemClock, random: systemRandom() }

test('a balancer asks a real node by SQL: well, with another answer than expected, and by a login that is refused', async t => {
  const bench = await nodeBench()
  const node = await startNode(bench.context)
  let told: () => void = () => undefined
  const health = targetHealth({
    clock: systemClock,
    random: systemRandom(),
    send: networkProbes(systemNetwork, systemClock, { sql: (spec, done) => sqlProbe(ports, spec, done) }),
    log: silentLog,
    changed: () => told(),
  })
  t.after(async () => {
    health.close()
    await node.stop()
    bench.remove()
  })
  const { health: settings } = groupPart([])
  const ask = (query: string, expect: string, password = 'secret'): void => {
    const sql = { user: 'app', password, database: 'demo', query, expect }
    const quick = { ...settings, intervalMs: 100, timeoutMs: 5_000, sql }
    health.watch(snapshotPart([], [groupPart([targetPart('node', node.odbc)], { health: quick })]))
  }
  const until = (holds: (seen: ReturnType<TargetHealth['observed']>[number]) => boolean): Promise<string> =>
    new Promise(resolve => {
      told = () => {
        const [seen] = health.observed()
        if (seen !== undefined && holds(seen)) resolve(seen.Evidence)
      }
      told()
    })
  const is = (state: string) => until(({ TargetHealth: { State } }) => State === state)

  ask('select word from hello', 'hello')
  assert.match(await is('healthy'), /^query answered in /)
  ask('select word from hello', 'goodbye')
  assert.match(await is('unhealthy'), /^the query gave "hello" instead of "goodbye" in /)
  ask('select word from hello', 'hello')
  assert.match(await is('healthy'), /^query answered in /)
  ask('select word from hello', 'hello', 'wrong')
  assert.match(await is('unhealthy'), /^28P01 "password authentication failed for user /)
})
