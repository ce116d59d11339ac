import type { Verdict } from './verdict.ts'

export interface RecordHealthInputs {
  /** Undefined when the record names no health check. */
  readonly healthCheck: Verdict | undefined
  /** Undefined for a record with values of its own. */
  readonly alias: { readonly evaluateTargetHealth: boolean; readonly target: Verdict } | undefined
}

/**
 * | record | health check | EvaluateTargetHealth | healthy when                        |
 * |--------|--------------|----------------------|-------------------------------------|
 * | values | none         |                      | always                              |
 * | values | named        |                      | the check is                        |
 * | alias  | none         | false                | always                              |
 * | alias  | none         | true                 | the target is                       |
 * | alias  | named        | false                | the check is                        |
 * | alias  | named        | true                 | the check is and the target is      |
 */
export function recordHealth({ healthCheck, alias }: RecordHealthInputs): Verdict {
  if (healthCheck?.healthy === false) return healthCheck
  if (alias?.evaluateTargetHealth === true) return alias.target
  return healthCheck ?? { healthy: true, reason: 'healthy: nothing is checked' }
}

/**
 * Health of all records of one name and type, as an alias with EvaluateTargetHealth sees it: one healthy record is enough.
 * An empty group has nothing to send anybody to.
 */
export function groupHealth(records: readonly Verdict[]): Verdict {
  const best = records.find(record => record.healthy) ?? records[0]
  return best ?? { healthy: false, reason: 'the alias target does not exist' }
}
