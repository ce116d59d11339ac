import { runWorkerEngine } from '../balancer/workers/worker-engine.ts'
import { systemClock } from '../io/clock.ts'
import { jsonLog } from '../io/log.ts'
import { parentProcess } from '../io/parent-process.ts'

/** A process that a balancer of that name starts beside itself (balancer/workers); it ends with it. */
export function runBalancerWorker(roleName: string): void {
  runWorkerEngine({
    parent: parentProcess(),
    clock: systemClock,
    log: jsonLog(roleName).child({ worker: process.pid }),
  })
}
