import { writeFileSync } from 'node:fs'

/** Of −1000 (never) … 1000 (first), beside what a process holds; see proc(5). Raising it needs no right. */
const firstToGo = 500

/**
 * When the memory of the machine runs out, Linux ends this process rather than one whose value is lower: a node, whose peers serve its clients,
 * and not what leads them there. Elsewhere nothing happens.
 */
export function goFirstWhenMemoryEnds(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(firstToGo))
  } catch {
    // Another system, or one that does not allow it: the kernel chooses as it did.
  }
}
