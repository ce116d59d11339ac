import type { Choice, Decision } from '../routing/decision.ts'
import type { FailoverAnswer } from '../routing/failover.ts'
import type { Policy } from '../routing/policy.ts'
import type { Verdict } from '../routing/verdict.ts'
import type { Name, NameKey } from '../wire/name.ts'
import type { RecordSet, Route53RecordSet } from './record-set.ts'

/** What a branch gives, whoever's name it is asked by. */
export type Given = Pick<RecordSet, 'data' | 'serialOf' | 'ttlSeconds'>

/** All record sets of one name and type with what was decided of them: what a query follows, and what `explain` shows. */
export interface RoutedGroup {
  readonly name: Name
  readonly key: NameKey
  readonly type: string
  readonly policy: Policy
  readonly records: readonly RoutedRecord[]
  readonly choice: Choice
  /** What the choice chooses from, each made of the records named by their places. */
  readonly branches: readonly { readonly records: readonly number[]; readonly decision: Decision<Given> }[]
  /** How the choice is made, in words. */
  readonly reason: string
  /** As an alias with EvaluateTargetHealth sees it. */
  readonly verdict: Verdict
  /** All of it, folded. */
  readonly decision: Decision<Given>
  /** How many aliases lie between this and the values. */
  readonly height: number
  readonly failover?: FailoverAnswer
}

export interface RoutedRecord {
  readonly record: Route53RecordSet
  readonly verdict: Verdict
  readonly decision: Decision<Given>
  /** Set for an alias. */
  readonly target?: RoutedTarget
}

export type RoutedTarget =
  | { readonly kind: 'balancer'; readonly loadBalancer: string; readonly verdict: Verdict }
  | { readonly kind: 'group'; readonly group: RoutedGroup }
  | { readonly kind: 'missing'; readonly reason: string }
