// One balancer engine with its health checks, told by its parent what to do.
import { kernelEngine } from '../../src/balancer/kernel/engine.ts'
import type { BalancerSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import { targetHealth } from '../../src/balancer/target-health.ts'
import { userspaceEngine } from '../../src/balancer/userspace/engine.ts'
import { silentLog } from '../../src/base/log.ts'
import { networkProbes } from '../../src/health/send-probe.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemPrograms } from '../../src/io/programs.ts'
import { systemRandom } from '../../src/io/random.ts'
import { type Functions, serveCalls } from '../../test/compat/remote-calls.ts'

let snapshot: BalancerSnapshot | undefined
const health = targetHealth({
  clock: systemClock,
  random: systemRandom(),
  send: networkProbes(systemNetwork, systemClock),
  log: silentLog,
  changed: () => {
    if (snapshot !== undefined) void engine.apply(snapshot, health.states())
  },
})
const world = { network: systemNetwork, clock: systemClock, log: silentLog, events: health }
const engine =
  process.argv[2] === 'userspace'
    ? userspaceEngine(world)
    : kernelEngine({ ...world, programs: systemPrograms, table: 'everport-bench' })

const functions = {
  async apply(next: BalancerSnapshot) {
    snapshot = next
    health.watch(next)
    await engine.apply(next, health.states())
  },
  states: () => [...health.states().values()].map(({ state }) => state),
  async close() {
    health.close()
    await engine.close(0)
  },
} satisfies Functions
export type CheckedEngineFunctions = typeof functions

serveCalls(functions)
