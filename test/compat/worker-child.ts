// A worker of engine-child.ts.
import { runWorkerEngine } from '../../src/balancer/workers/worker-engine.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { parentProcess } from '../../src/io/parent-process.ts'

runWorkerEngine({ parent: parentProcess(), clock: systemClock, log: silentLog })
