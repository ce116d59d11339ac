import type { Policy } from '../routing/policy.ts'

/** Why a question is answered as it is. Plain data, made to be printed or sent as JSON. */
export interface Explanation {
  readonly name: string
  readonly type: string
  /** The zone that answers; undefined when the name is in none of ours. */
  readonly zone: string | undefined
  readonly outcome: Outcome
  /** In words, for example 'the name does not exist'. */
  readonly reason: string
  /** The answer section, in order; the owner's name, TTL, type and value of each record. */
  readonly answers: readonly ExplainedRecord[]
  /** How the values were chosen; undefined when there was nothing to choose from. */
  readonly tree: ExplainedGroup | undefined
  /** Bits of the client's subnet that the answer depends on; 0 when it is for everyone. */
  readonly scopeBits: number
}

export type Outcome = 'answered' | 'no-data' | 'no-such-name' | 'referred' | 'refused'

export interface ExplainedRecord {
  readonly name: string
  readonly ttlSeconds: number
  readonly type: string
  readonly value: string
}

/** All record sets of one name and type. */
export interface ExplainedGroup {
  readonly name: string
  readonly type: string
  readonly policy: Policy
  /** How it chose, in words. */
  readonly reason: string
  readonly branches: readonly ExplainedBranch[]
}

/** One record set. */
export interface ExplainedBranch {
  readonly setIdentifier: string | undefined
  /** What the policy knows it by: `PRIMARY`, `weight 10`, `country DE` …; empty for simple. */
  readonly selector: string
  readonly healthy: boolean
  readonly reason: string
  /** This client with this draw is answered by it. */
  readonly isChosen: boolean
  /** It could answer nobody: its alias leads nowhere. */
  readonly isAbsent: boolean
  readonly leadsTo: ExplainedTarget
}

export type ExplainedTarget =
  | { readonly kind: 'values'; readonly ttlSeconds: number; readonly values: readonly string[] }
  | {
      readonly kind: 'balancer'
      readonly loadBalancer: string
      readonly healthy: boolean
      readonly reason: string
      readonly evaluatesTargetHealth: boolean
      readonly values: readonly string[]
    }
  | { readonly kind: 'group'; readonly evaluatesTargetHealth: boolean; readonly group: ExplainedGroup }
  /** A group that the tree shows in another place already. */
  | {
      readonly kind: 'shown-before'
      readonly evaluatesTargetHealth: boolean
      readonly name: string
      readonly type: string
    }
  | { readonly kind: 'nowhere'; readonly reason: string }
