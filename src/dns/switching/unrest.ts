import type { Moment, SwitchInputs, SwitchState } from './switch-state.ts'
import { isOverrideActive } from './wish.ts'

/** A name that moved, or whose primary changed, may do so again for this long. */
export const unrestMs = 60_000

/**
 * Why a switch is likely soon, so that answers should live shortly.
 *
 * | what is seen                                   | likely                                            |
 * |------------------------------------------------|---------------------------------------------------|
 * | an override                                    | yes: it ends, or is taken back                    |
 * | a failback that waits (hold-down, velocity)    | yes                                               |
 * | the primary unhealthy                          | yes: it comes back, but not with manual failback  |
 * | a switch within `unrestMs`                     | yes                                               |
 * | the primary's health changed within `unrestMs` | yes: it flaps                                     |
 * | anything else                                  | no                                                |
 */
export function unrestOf(state: SwitchState, inputs: SwitchInputs, now: Moment): string | undefined {
  const { hold, primary } = state
  if (isOverrideActive(inputs.override, now.wallMs)) return 'an override is in force'
  if (hold?.kind === 'hold-down' || hold?.kind === 'velocity') return 'failback is pending'
  const isParked = state.answered === 'SECONDARY' && inputs.settings.failback.kind === 'manual'
  if (primary?.healthy === false && !isParked) return 'the primary is unhealthy'
  const last = state.switchedAtMs.at(-1)
  if (last !== undefined && now.wallMs - last < unrestMs) return 'it switched lately'
  const isFirst = primary === undefined || primary.sinceMs === state.startedAtMs
  if (!isFirst && now.clockMs - primary.sinceMs < unrestMs) return 'the primary changed lately'
  return undefined
}
