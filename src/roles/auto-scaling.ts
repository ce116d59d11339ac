import { scalingLoop } from '../aws/autoscaling/scaling-loop.ts'
import type { OperationContext } from '../aws/operation.ts'
import { type Cancel, every } from '../base/clock.ts'

/** A step of a few groups is some milliseconds; who loses a node waits no longer than this for the launch of another. */
const stepIntervalMs = 1_000

/** Looks after the Auto Scaling groups. While control is down, nothing is scaled, and what runs goes on. */
export function startAutoScaling(context: Omit<OperationContext, 'caller' | 'requestId'>): Cancel {
  const caller = { accessKeyId: 'auto-scaling', policy: 'admin' } as const
  const loop = scalingLoop({ ...context, caller, requestId: 'auto-scaling' })
  let isStepping = false
  return every(context.clock, stepIntervalMs, () => {
    if (isStepping) return
    isStepping = true
    void loop.step().finally(() => {
      isStepping = false
    })
  })
}
