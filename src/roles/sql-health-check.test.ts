import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type TargetHealth, targetHealth } from '../balancer/target-health.ts'
import type { Log } from '../base/log.ts'
import { networkProbes } from '../health/send-probe.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { passwordFileReader } from '../io/password-file.ts'
import { systemRandom } from '../io/random.ts'
import { sqlProbe } from '../sql/client/sql-probe.ts'
import { groupPart, snapshotPart, targetPart } from '../testing/balancer-parts.ts'
import { nodeBench } from '../testing/node-bench.ts'
import { startNode } from './node.ts'

const ports = {
  network: systemNetwork,
  clock: systemClock,
  random: systemRandom(),
  readPasswordFile: passwordFileReader(tmpdir),
}

test('a balancer asks a real node by SQL: well, with another answer than expected, and with passwords that change in their file', async t => {
  const bench = await nodeBench()
  const node = await startNode(bench.context)
  const logged: string[] = []
  const note = (message: string, fields?: object): void => {
    logged.push(JSON.stringify([message, fields]))
  }
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log }
  const passwordFile = join(bench.folder, 'checker')
  writeFileSync(passwordFile, 'secret\n')
  let told: () => void = () => undefined
  const health = targetHealth({
    clock: systemClock,
    random: systemRandom(),
    send: networkProbes(systemNetwork, systemClock, { sql: (spec, done) => sqlProbe(ports, spec, done) }),
    log,
    changed: () => told(),
  })
  t.after(async () => {
    health.close()
    await node.stop()
    bench.remove()
  })
  const { health: settings } = groupPart([])
  const ask = (query: string, expect: string): void => {
    const sql = { user: 'app', passwordFile, database: 'demo', query, expect }
    const quick = { ...settings, intervalMs: 100, timeoutMs: 5_000, sql }
    health.watch(snapshotPart([], [groupPart([targetPart('node', node.odbc)], { health: quick })]))
  }
  const observations: string[] = []
  const until = (holds: (seen: ReturnType<TargetHealth['observed']>[number]) => boolean): Promise<string> =>
    new Promise(resolve => {
      told = () => {
        const [seen] = health.observed()
        observations.push(JSON.stringify(seen))
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

  writeFileSync(passwordFile, 'wr0ng-one\n')
  assert.match(await is('unhealthy'), /^28P01 "password authentication failed for user /)
  writeFileSync(passwordFile, 'secret\n')
  assert.match(await is('healthy'), /^query answered in /)
  rmSync(passwordFile)
  assert.equal(await is('unhealthy'), `password file ${passwordFile}: it does not exist`)
  assert.ok(logged.length >= 6 && observations.length >= 6)
  assert.doesNotMatch([...logged, ...observations].join('\n'), /wr0ng|secret/)
})
