import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { balancerRoleName } from '../../src/resources/roles.ts'
import { type BalancerStatus, balancerStatusKey } from '../../src/resources/status.ts'
import { startBalancer } from '../../src/roles/balancer.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { freePorts } from '../../src/testing/free-ports.ts'
import { applyDesiredState } from '../../src/topology/apply-desired-state.ts'
import { desiredState } from '../../src/topology/desired-state.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

/**
 * Both balancers of a cluster of two nodes, with the five target groups that its topology file makes, on free ports. Whoever stands behind is the test's:
 * in the same process it may answer late when the machine is busy, so only who refuses is dead.
 */
export interface BalancedCluster {
  readonly store: Store
  /** Of the balancers, by zone. */
  readonly balancers: readonly [a: string, b: string]
  readonly nodes: readonly [a: string, b: string]
  readonly runtime: number
  readonly auxiliary: readonly [a: number, b: number]
  /** Starts the balancers, and waits until they find so many targets healthy. */
  start(healthy: number): Promise<void>
  /** Waits for it again, after a change. */
  untilHealthy(healthy: number): Promise<void>
}

const deadlineMs = 60_000

export async function balancedCluster(t: {
  after(task: () => void | Promise<void>): void
}): Promise<BalancedCluster> {
  const [runtime = 0, odbc = 0, web = 0, auxiliaryA = 0, auxiliaryB = 0] = await freePorts(5)
  const file = `name: compat
domain: compat.test
catalog: catalog.sql
clusters:
  - { name: active, role: primary, zones: [a, b], auxiliaryPorts: [${auxiliaryA}, ${auxiliaryB}] }
ports: { runtime: ${runtime}, odbc: ${odbc}, web: ${web} }
healthCheck: { protocol: tcp, port: traffic-port, interval: 100ms, timeout: 10s }
`
  const { topology, mistakes } = readTopology(file, 'compat.yaml', () => true)
  assert.ok(topology, JSON.stringify(mistakes))
  const store = memoryStore()
  await applyDesiredState(
    store,
    desiredState(topology, { catalogFile: '/nowhere', folder: '/', passwordFolder: undefined }),
  )
  const stateDir = mkdtempSync(join(tmpdir(), 'everport-balanced-'))
  t.after(() => rmSync(stateDir, { recursive: true, force: true, maxRetries: 10 }))

  const healthyIn = (zone: string): number =>
    store
      .read()
      .get<BalancerStatus>(balancerStatusKey('active', zone))
      ?.value.targets.filter(({ TargetHealth }) => TargetHealth.State === 'healthy').length ?? 0
  const untilHealthy = async (healthy: number): Promise<void> => {
    const deadline = systemClock.now() + deadlineMs
    const zones = topology.clusters[0]?.zones.map(({ name }) => name) ?? []
    while (!zones.every(zone => healthyIn(zone) === healthy)) {
      assert.ok(
        systemClock.now() < deadline,
        `healthy: ${zones.map(healthyIn).join(' and ')}, not ${healthy}`,
      )
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  return {
    store,
    balancers: ['127.0.1.1', '127.0.1.2'],
    nodes: ['127.0.1.11', '127.0.1.21'],
    runtime,
    auxiliary: [auxiliaryA, auxiliaryB],
    untilHealthy,
    async start(healthy) {
      for (const { name } of topology.clusters[0]?.zones ?? []) {
        const balancer = await startBalancer({
          roleName: balancerRoleName('active', name),
          stateDir,
          store,
          clock: systemClock,
          random: systemRandom(),
          network: systemNetwork,
          log: silentLog,
        })
        t.after(() => balancer.stop())
      }
      await untilHealthy(healthy)
    },
  }
}
