import type { Cancel, Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { formatEndpoint } from '../base/network.ts'
import type { FlowLogWish } from '../resources/load-balancing.ts'
import type { FlowEnd, FlowRecord } from './engine.ts'

/** Lines of flows a second; what is more is counted in one line. A flood of connections must not become a flood of lines. */
export const flowLinesPerSecondMax: Readonly<Record<FlowLogWish, number>> = { on: 5_000, sample: 100, off: 0 }

export interface FlowLog {
  /** One flow is over. */
  tell(flow: FlowRecord): void
  /** So many more are not told, of which no more is known than why they ended, or not even that. */
  count(flows: number, end?: FlowEnd): void
  close(): void
}

/**
 * One line for each finished flow: who, where to, how much, how long, why it ended. Under load the first of each second are told, and
 * after it how many were not, by why they ended; 'unread' are those of which only the number is known. `wish` says how many; it may change.
 */
export function flowLog(log: Log, clock: Clock, wish: () => FlowLogWish): FlowLog {
  let lines = 0
  let untold = new Map<string, number>()
  let cancel: Cancel | undefined
  const count = (why: string, flows: number): void => {
    untold.set(why, (untold.get(why) ?? 0) + flows)
  }
  const turn = (): void => {
    cancel = undefined
    lines = 0
    if (untold.size === 0) return
    log.info('flows not told one by one', Object.fromEntries(untold))
    untold = new Map()
  }
  return {
    tell(flow) {
      if (wish() === 'off') return
      cancel ??= clock.after(1_000, turn)
      if (lines++ < flowLinesPerSecondMax[wish()]) log.info('flow', fieldsOf(flow))
      else count(flow.end, 1)
    },
    count(flows, end) {
      if (wish() === 'off') return
      cancel ??= clock.after(1_000, turn)
      count(end ?? 'unread', flows)
    },
    close() {
      cancel?.()
      turn()
    },
  }
}

function fieldsOf(flow: FlowRecord): Record<string, unknown> {
  return {
    protocol: flow.protocol,
    client: formatEndpoint(flow.client),
    listener: flow.port,
    target: flow.target?.key,
    at: flow.target === undefined ? undefined : formatEndpoint(flow.target),
    bytesFromClient: flow.bytesFromClient,
    bytesFromTarget: flow.bytesFromTarget,
    durationMs: flow.durationMs === undefined ? undefined : Math.round(flow.durationMs),
    end: flow.end,
    ...(flow.wasReset ? { reset: true } : {}),
    ...(flow.failOpen ? { failOpen: true } : {}),
  }
}
