import { setFlagsFromString } from 'node:v8'

/** How much the heap may grow, in percent of what is alive, before all of it is collected. */
const growthPercent = 300

/**
 * For a process whose heap is small and through which much memory of buffers passes. V8 counts that memory as part of the heap: the
 * 30 MB that each million rows are copied to, out of the engine, let it collect everything at every million rows, which took an eighth of all
 * the time. Left more room, it lets them go with the young objects, which costs nearly nothing; a node then holds some 30 MB more at most.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
}
