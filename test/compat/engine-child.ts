// One balancer engine, told by its parent what to do. Arguments: kernel or userspace; then how many workers, a number or auto, and the file
// that a worker runs, if not the one beside this.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Engine, EngineEvents, FlowRecord } from '../../src/balancer/engine.ts'
import { kernelEngine } from '../../src/balancer/kernel/engine.ts'
import type { BalancerSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { userspaceEngine } from '../../src/balancer/userspace/engine.ts'
import { limitsFor } from '../../src/balancer/userspace/limits.ts'
import { sharedEngine } from '../../src/balancer/workers/shared-engine.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { openFilesMax } from '../../src/io/open-files-max.ts'
import { systemPrograms } from '../../src/io/programs.ts'
import { systemWorkerProcesses } from '../../src/io/worker-processes.ts'
import { type Functions, serveCalls } from './remote-calls.ts'

const failures: [targetKey: string, reason: string][] = []
const flows: FlowRecord[] = []
/** The last flows that are kept: a test that makes many does not look at them. */
const flowsMax = 100
const counts = { told: 0, untold: 0 }
const events: EngineEvents = {
  connectFailed: (key, reason) => void failures.push([key, reason]),
  flowEnded(flow) {
    counts.told++
    flows.push(flow)
    // Many at once: to move all for each flow would be seen in what is measured here.
    if (flows.length > 2 * flowsMax) flows.splice(0, flowsMax)
  },
  flowsUntold(count: number) {
    counts.untold += count
  },
}
const limits = limitsFor(openFilesMax())
const world = {
  network: systemNetwork,
  clock: systemClock,
  log: silentLog,
  events,
  openPrivateKey: (_: string, sealed: string) => sealed,
}
const [, , name, wish = '0', workerFile = fileURLToPath(new URL('./worker-child.ts', import.meta.url))] =
  process.argv
const processes = systemWorkerProcesses(workerFile, [])
const shared =
  name === 'userspace' && wish !== '0' && processes !== undefined
    ? sharedEngine({ ...world, limits, processes, wish: wish === 'auto' ? wish : Number(wish) })
    : undefined
const engine = shared ?? (name === 'userspace' ? userspaceEngine({ ...world, limits }) : kernel())

function kernel(): Engine {
  return kernelEngine({ ...world, programs: systemPrograms, table: 'everport-test' })
}

const functions = {
  apply: (snapshot: BalancerSnapshot, states: readonly (readonly [string, TargetState])[]) =>
    engine.apply(snapshot, new Map(states)),
  counters: () => ({
    listeners: [...engine.counters().listeners],
    targets: [...engine.counters().targets],
  }),
  failures: () => failures,
  flows: () => flows.slice(-flowsMax),
  flowCounts: () => counts,
  workers: () => shared?.workers() ?? 0,
  close: (deadlineMs: number) => engine.close(deadlineMs),
  openFiles: () => readdirSync('/proc/self/fd').length,
  memoryBytes: () => {
    globalThis.gc?.()
    return process.memoryUsage().rss
  },
} satisfies Functions
export type EngineFunctions = typeof functions

serveCalls(functions)
