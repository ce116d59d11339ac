import { finishedDeregistrations } from '../aws/elbv2/finish-deregistrations.ts'
import { type Cancel, every } from '../base/clock.ts'
import { systemWallMs } from '../io/clock.ts'
import type { RoleContext } from './context.ts'

/** Deregistration delays are whole seconds. */
const sweepIntervalMs = 1_000

/** Deletes targets whose deregistration delay is over. One that was registered again meanwhile stays: its guard does not hold. */
export function startTargetSweep(context: Pick<RoleContext, 'store' | 'clock' | 'log'>): Cancel {
  return every(context.clock, sweepIntervalMs, () => void sweep(context))
}

async function sweep({ store, log }: Pick<RoleContext, 'store' | 'log'>): Promise<void> {
  try {
    for (const { change, revision } of finishedDeregistrations(store.read(), systemWallMs()))
      await store.commit([{ key: change.key, revision }], [change])
  } catch (error) {
    log.error('drained targets not deleted', { error: String(error) })
  }
}
