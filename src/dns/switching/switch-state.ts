import type { SwitchingSettings, SwitchLatch, SwitchOverride } from '../../resources/switching.ts'
import type { FailoverRole } from '../routing/failover.ts'
import type { Verdict } from '../routing/verdict.ts'

/** One instant on two clocks: lengths by the first, dates by the second. */
export interface Moment {
  readonly clockMs: number
  readonly wallMs: number
}

export interface SwitchInputs {
  /** Undefined: there is no such record, or it has no value to give. */
  readonly primary: Verdict | undefined
  readonly secondary: Verdict | undefined
  readonly settings: SwitchingSettings
  readonly override: SwitchOverride | undefined
  /** As the store has it. */
  readonly latch: SwitchLatch | undefined
}

/** Why a name is not where the table of failover.ts would have it. */
export type Hold =
  | { readonly kind: 'forced'; readonly override: SwitchOverride }
  | { readonly kind: 'frozen'; readonly override: SwitchOverride }
  /** Until then by our clock, if the primary stays healthy. */
  | { readonly kind: 'hold-down'; readonly untilMs: number }
  | { readonly kind: 'manual' }
  | { readonly kind: 'velocity' }

/** What one failover name remembers. */
export interface SwitchState {
  readonly answered: FailoverRole
  readonly reason: string
  /** Of the last switch known: the store's, or a later one when the store does not know ours yet. */
  readonly epoch: number
  /** Wall times of switches within the window, oldest first. */
  readonly switchedAtMs: readonly number[]
  /** Since when, by our clock, this branch is answered; since the start of the process at the earliest. */
  readonly sinceMs: number
  readonly startedAtMs: number
  readonly primary: { readonly healthy: boolean; readonly sinceMs: number } | undefined
  /** The primary was healthy once since we started, or had long enough to become so. */
  readonly isSettled: boolean
  /** The secondary is answered only because the primary may be starting still: nothing is remembered of it. */
  readonly isTentative: boolean
  readonly hold: Hold | undefined
  /** Why a switch is likely soon; undefined when none is. */
  readonly unrest: string | undefined
}
