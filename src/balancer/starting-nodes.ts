import type { Cancel, Clock } from '../base/clock.ts'
import type { ProcessStatus } from '../resources/status.ts'

/** Nodes whose process has begun and which do not serve yet. */
export interface StartingNodes {
  /** What the supervisor says of a process, and whether the node itself says that it serves. True when it starts now, or does no longer. */
  hear(process: string, status: ProcessStatus | undefined, isReady: boolean): boolean
  isStarting(process: string): boolean
  close(): void
}

/** Longer than a node takes to start on a busy machine. One that has not said by then that it serves is checked as if it had. */
export const startGraceMs = 30_000

/**
 * | supervisor says      | node says that it serves  | the node           |
 * |----------------------|---------------------------|--------------------|
 * | starting, running    | not yet                   | starts, for a time |
 * | starting, running    | yes, or has said so       | has started        |
 * | nothing, any other   | any                       | does not start     |
 *
 * What a process says counts for that process: the next one under its name starts anew. `over`: the time of one is up.
 */
export function startingNodes(clock: Clock, over: () => void): StartingNodes {
  const starting = new Map<string, Cancel>()
  /** Which process of a name has started. */
  const started = new Map<string, string>()

  const end = (process: string): boolean => {
    starting.get(process)?.()
    return starting.delete(process)
  }
  const begin = (process: string, name: string): boolean => {
    if (starting.has(process)) return false
    const cancel = clock.after(startGraceMs, () => {
      starting.delete(process)
      started.set(process, name)
      over()
    })
    starting.set(process, cancel)
    return true
  }

  return {
    hear(process, status, isReady) {
      if (status?.state !== 'starting' && status?.state !== 'running') {
        started.delete(process)
        return end(process)
      }
      const name = nameOf(status)
      if (isReady) started.set(process, name)
      return started.get(process) === name ? end(process) : begin(process, name)
    },
    isStarting: process => starting.has(process),
    close() {
      for (const cancel of starting.values()) cancel()
    },
  }
}

/** Of the process that there is, or of the one that is about to be. */
function nameOf({ identity }: ProcessStatus): string {
  return identity === undefined ? '' : `${identity.pid} ${identity.startedAt}`
}
