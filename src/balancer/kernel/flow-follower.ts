import type { Cancel, Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Following, Programs } from '../../base/programs.ts'
import type { FlowLogWish } from '../../resources/load-balancing.ts'
import type { EngineEvents } from '../engine.ts'
import { flowLinesPerSecondMax } from '../flow-log.ts'
import type { Routing } from '../selection/routing.ts'
import { conntrackTool } from './conntrack-tool.ts'
import type { EndReasons } from './end-reasons.ts'
import { familyOf } from './family.ts'
import { FlowRecords } from './flow-records.ts'

/**
 * Lines a second that are counted; then reading stops until the next second. Nobody reading, `conntrack` waits and the kernel drops what it
 * has to tell: a flood of connections costs us no more than this.
 */
export const linesReadPerSecondMax = 5_000
const retryMinMs = 1_000
const retryMaxMs = 60_000
/** One that ran for so long had begun well. */
const stableAfterMs = 60_000

/** Tells of flows that have ended, for as long as `conntrack` tells it. */
export interface FlowFollower {
  /** Those of this balancer's address, named by these target groups. */
  follow(routes: Routing): void
  close(): void
}

interface FollowerPorts {
  readonly programs: Programs
  readonly clock: Clock
  readonly log: Log
  readonly events: EngineEvents
  readonly reasons: EndReasons
}

export function flowFollower({ programs, clock, log, events, reasons }: FollowerPorts): FlowFollower {
  const records = new FlowRecords(reasons)
  let address: string | undefined
  let wish: FlowLogWish = 'off'
  let following: Following | undefined
  let [lines, unread, failures] = [0, 0, 0]
  let cancelTurn: Cancel | undefined
  let cancelRetry: Cancel | undefined

  const turn = (): void => {
    cancelTurn = undefined
    if (unread > 0) events.flowsUntold?.(unread)
    lines = 0
    unread = 0
    following?.resume()
  }

  const hear = (text: string): void => {
    cancelTurn ??= clock.after(1_000, turn)
    lines++
    if (lines === linesReadPerSecondMax) following?.pause()
    if (lines <= flowLinesPerSecondMax[wish]) {
      const record = records.read(text)
      if (record !== undefined) events.flowEnded?.(record)
    } else unread++
  }

  const start = (of: string): void => {
    const startedAt = clock.now()
    following = conntrackTool(programs, familyOf(of), of).followEnds({
      line: hear,
      ended(why) {
        following = undefined
        if (clock.now() - startedAt >= stableAfterMs) failures = 0
        const retryMs = Math.min(retryMaxMs, retryMinMs * 2 ** failures)
        failures++
        log.warn('ends of flows not told', { message: why, retryMs })
        cancelRetry = clock.after(retryMs, () => start(of))
      },
    })
  }

  const stop = (): void => {
    cancelRetry?.()
    following?.stop()
    following = undefined
    failures = 0
  }

  return {
    follow(routes) {
      records.follow(routes)
      wish = events.flowEnded === undefined ? 'off' : routes.snapshot.flowLog
      // Without anybody who hears it, the kernel need not tell it.
      const now = wish === 'off' ? undefined : routes.snapshot.address
      if (now === address) return
      stop()
      address = now
      if (now !== undefined) start(now)
    },
    close() {
      stop()
      address = undefined
      cancelTurn?.()
      turn()
    },
  }
}
