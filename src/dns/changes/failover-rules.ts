import type { PlannedChange } from './planned-change.ts'

/** A primary that nothing can find unhealthy would never be left. The secondary needs no check. */
export function* failoverProblems({ set }: PlannedChange): Iterable<string> {
  if (set.Failover !== 'PRIMARY' || set.HealthCheckId !== undefined) return
  if (set.AliasTarget === undefined)
    yield 'A non-alias primary ResourceRecordSet must have an associated health check. No changes made.'
  else if (set.AliasTarget.EvaluateTargetHealth !== true)
    yield 'An alias primary ResourceRecordSet must evaluate target health or have an associated health check. No changes made.'
}
