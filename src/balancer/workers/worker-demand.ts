import { unreachable } from '../../base/assert.ts'
import type { WorkersWish } from '../../resources/load-balancing.ts'
import { ticksPerSecond, workerLimits } from './worker-limits.ts'

export interface WorkerDemand {
  /** Ticks in a row in which there was too much to do. */
  readonly busyTicks: number
  readonly notBeforeMs: number
  readonly pauseMs: number
}

export type DemandEvent =
  | {
      readonly type: 'tick'
      readonly nowMs: number
      /** Those that start among them. */
      readonly workers: number
      /** The mean of all processes, 0 … 1. */
      readonly busyShare: number
      /** Connections have come since the last tick: others can help with those alone. */
      readonly isTaking: boolean
    }
  | { readonly type: 'ended'; readonly nowMs: number; readonly livedMs: number }

const { restartPauseMs, restartPauseMsMax } = workerLimits

export const noDemand: WorkerDemand = { busyTicks: 0, notBeforeMs: 0, pauseMs: restartPauseMs }

/** Busier than this for a second, and another worker starts. */
const busyShareMin = 0.5

/**
 * | wish   | workers        | the processes                                         | what happens        |
 * |--------|----------------|-------------------------------------------------------|---------------------|
 * | number | fewer          | whatever they do                                      | one starts          |
 * | auto   | fewer than max | more than half busy for a second, with new connections | one starts          |
 * | any    | enough         |                                                       | nothing: they stay  |
 *
 * After a worker has ended, not before a pause, which doubles while they do not live longer than the longest.
 */
export function nextDemand(
  demand: WorkerDemand,
  event: DemandEvent,
  { wish, workersMax }: { readonly wish: WorkersWish; readonly workersMax: number },
): { readonly demand: WorkerDemand; readonly starts: boolean } {
  switch (event.type) {
    case 'tick': {
      const isBusy = event.busyShare > busyShareMin && event.isTaking
      const busyTicks = isBusy ? demand.busyTicks + 1 : 0
      const isWanted = wish === 'auto' ? busyTicks >= ticksPerSecond : true
      const starts = isWanted && event.workers < workersMax && event.nowMs >= demand.notBeforeMs
      return { demand: { ...demand, busyTicks: starts ? 0 : busyTicks }, starts }
    }
    case 'ended': {
      const pauseMs = event.livedMs >= restartPauseMsMax ? restartPauseMs : demand.pauseMs
      const next = Math.min(restartPauseMsMax, pauseMs * 2)
      return { demand: { busyTicks: 0, notBeforeMs: event.nowMs + pauseMs, pauseMs: next }, starts: false }
    }
    default:
      return unreachable(event)
  }
}

/** A processor stays for the others: the first process, and whatever else this machine does. */
export function workersMost(wish: WorkersWish, processors: number): number {
  return wish === 'auto' ? Math.max(0, processors - 1) : wish
}
