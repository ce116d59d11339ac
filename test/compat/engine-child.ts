// One balancer engine, told by its parent what to do.
import { readdirSync } from 'node:fs'
import type { EngineEvents, FlowRecord } from '../../src/balancer/engine.ts'
import { kernelEngine } from '../../src/balancer/kernel/engine.ts'
import type { BalancerSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { userspaceEngine } from '../../src/balancer/userspace/engine.ts'
import { limitsFor } from '../../src/balancer/userspace/limits.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { openFilesMax } from '../../src/io/open-files-max.ts'
import { systemPrograms } from '../../src/io/programs.ts'
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
  flowsUntold(count) {
    counts.untold += count
  },
}
const world = { network: systemNetwork, clock: systemClock, log: silentLog, events }
const engine =
  process.argv[2] === 'userspace'
    ? userspaceEngine({ ...world, limits: limitsFor(openFilesMax()) })
    : kernelEngine({ ...world, programs: systemPrograms, table: 'everport-test' })

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
  close: (deadlineMs: number) => engine.close(deadlineMs),
  openFiles: () => readdirSync('/proc/self/fd').length,
  memoryBytes: () => {
    globalThis.gc?.()
    return process.memoryUsage().rss
  },
} satisfies Functions
export type EngineFunctions = typeof functions

serveCalls(functions)
