import type { Log } from '../../base/log.ts'
import { latchKey, type SwitchLatch } from '../../resources/switching.ts'
import { isConflict, type Store } from '../../store/store.ts'
import type { Proposal } from './switchboard.ts'

export interface LatchKeeper {
  /** Brings switches to the store, where the other processes and the next start find them. Costs nothing when there are none. */
  keep(): void
  flushed(): Promise<void>
}

export interface LatchKeeperOptions {
  readonly store: Store
  readonly log: Log
  readonly by: string
  readonly wallMs: () => number
  readonly proposals: () => readonly Proposal[]
}

/**
 * Each switch is a commit guarded by the latch that it follows, so that of two processes that decide at the same time one is first, and
 * the other hears of it by watch. A store that fails is tried again with the next `keep`.
 */
export function latchKeeper({ store, log, by, wallMs, proposals }: LatchKeeperOptions): LatchKeeper {
  let running: Promise<void> | undefined
  const commit = async (): Promise<void> => {
    for (const { name, state, guard } of proposals()) {
      const value: SwitchLatch = {
        epoch: state.epoch,
        answered: state.answered,
        reason: state.reason,
        by,
        at: isoTime(wallMs()),
        switchedAt: state.switchedAtMs.map(isoTime),
      }
      try {
        const key = latchKey(name)
        const outcome = await store.commit([{ key, revision: guard }], [{ key, value }])
        if (isConflict(outcome)) log.info('another process told of a switch first', { record: name.name })
      } catch (error) {
        log.error('switch not stored', { record: name.name, error: String(error) })
      }
    }
    running = undefined
  }
  return {
    keep() {
      if (running === undefined && proposals().length > 0) running = commit()
    },
    flushed: () => running ?? Promise.resolve(),
  }
}

function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString()
}
