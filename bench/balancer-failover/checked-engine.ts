// One balancer engine with its health checks, told by its parent what to do. In userspace it takes connections with a process for each processor, as
// HAProxy does with threads; workers are this file again.
import { kernelEngine } from '../../src/balancer/kernel/engine.ts'
import type { BalancerSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import { targetHealth } from '../../src/balancer/target-health.ts'
import { sharedEngine } from '../../src/balancer/workers/shared-engine.ts'
import { runWorkerEngine } from '../../src/balancer/workers/worker-engine.ts'
import { silentLog } from '../../src/base/log.ts'
import { networkProbes } from '../../src/health/send-probe.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { parentProcess } from '../../src/io/parent-process.ts'
import { systemPrograms } from '../../src/io/programs.ts'
import { systemRandom } from '../../src/io/random.ts'
import { systemWorkerProcesses } from '../../src/io/worker-processes.ts'
import { type Functions, serveCalls } from '../../test/compat/remote-calls.ts'

const [, file = '', name] = process.argv

function checkedEngine() {
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
  const processes = systemWorkerProcesses(file, ['worker'])
  if (processes === undefined) throw new Error('here a balancer is one process')
  const workers = processes.processors - 1
  const sockets = name === 'userspace' ? sharedEngine({ ...world, processes, wish: workers }) : undefined
  const engine = sockets ?? kernelEngine({ ...world, programs: systemPrograms, table: 'everport-bench' })
  return {
    async apply(next: BalancerSnapshot) {
      snapshot = next
      health.watch(next)
      await engine.apply(next, health.states())
    },
    /** All processes that will take connections do. */
    isComplete: () => sockets === undefined || sockets.workers() === workers,
    states: () => [...health.states().values()].map(({ state }) => state),
    async close() {
      health.close()
      await engine.close(0)
    },
  } satisfies Functions
}
export type CheckedEngineFunctions = ReturnType<typeof checkedEngine>

if (name === 'worker') runWorkerEngine({ parent: parentProcess(), clock: systemClock, log: silentLog })
else serveCalls(checkedEngine())
