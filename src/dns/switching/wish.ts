import { type SwitchOverride, switchingLimits } from '../../resources/switching.ts'
import { type FailoverRole, failover } from '../routing/failover.ts'
import type { Hold, Moment, SwitchInputs, SwitchState } from './switch-state.ts'

/**
 * Where a name would be. 'needed': staying serves nobody. 'ordered': by an operator. 'better': it is served where it is, and would be
 * as well elsewhere.
 */
export interface Wish {
  readonly to: FailoverRole
  readonly kind: 'stay' | 'needed' | 'ordered' | 'better'
  readonly reason: string
  readonly hold?: Hold
}

/**
 * The first row that fits. "present" has a value to give; an absent branch is never answered, whoever orders it.
 *
 * | override           | primary        | secondary      | answered  | failback  | wish                                    |
 * |--------------------|----------------|----------------|-----------|-----------|-----------------------------------------|
 * | any                | absent         | present        | any       | any       | SECONDARY, needed                       |
 * | any                | present        | absent         | any       | any       | PRIMARY, needed                         |
 * | primary, secondary | present        | present        | any       | any       | as ordered, healthy or not              |
 * | freeze             | present        | present        | any       | any       | stay, healthy or not                    |
 * | none               | healthy        | any            | PRIMARY   | any       | stay                                    |
 * | none               | unhealthy      | healthy        | PRIMARY   | any       | SECONDARY, needed                       |
 * | none               | unhealthy      | unhealthy      | PRIMARY   | any       | stay: last resort                       |
 * | none               | any            | any            | SECONDARY | manual    | stay, also when only the primary lives: it may lack what was written since |
 * | none               | healthy        | unhealthy      | SECONDARY | automatic, delayed | PRIMARY, needed                |
 * | none               | healthy        | healthy        | SECONDARY | automatic | PRIMARY, better                         |
 * | none               | healthy        | healthy        | SECONDARY | delayed   | stay until it was healthy, and we were here, for the hold-down; then PRIMARY, better |
 * | none               | unhealthy      | healthy        | SECONDARY | automatic, delayed | stay                           |
 * | none               | unhealthy      | unhealthy      | SECONDARY | automatic | PRIMARY, better: Route 53's last resort |
 * | none               | unhealthy      | unhealthy      | SECONDARY | delayed   | stay                                    |
 */
export function wishOf(state: SwitchState, inputs: SwitchInputs, now: Moment): Wish {
  const { primary, secondary, override } = inputs
  const table = failover(primary, secondary)
  if (table === undefined) return { to: state.answered, kind: 'stay', reason: 'neither record has a value' }
  if (primary === undefined || secondary === undefined) return needed(table.answered, table.reason)
  if (override !== undefined && isOverrideActive(override, now.wallMs)) return orderedBy(override, state)
  if (state.answered === 'PRIMARY')
    return table.answered === 'PRIMARY' ? stay(state, table.reason) : needed('SECONDARY', table.reason)
  if (table.answered === 'SECONDARY') return stay(state, table.reason)
  return failbackWish(
    state,
    inputs,
    { reason: table.reason, isNeeded: primary.healthy && !secondary.healthy },
    now,
  )
}

/** At SECONDARY, and the table says PRIMARY. */
function failbackWish(
  state: SwitchState,
  { settings: { failback }, primary }: SwitchInputs,
  { reason, isNeeded }: { readonly reason: string; readonly isNeeded: boolean },
  now: Moment,
): Wish {
  if (failback.kind === 'manual')
    return { ...stay(state, `failback is manual; ${reason}`), hold: { kind: 'manual' } }
  if (isNeeded) return needed('PRIMARY', reason)
  if (failback.kind === 'automatic') return { to: 'PRIMARY', kind: 'better', reason }
  if (primary?.healthy !== true) return stay(state, reason)
  const untilMs = Math.max(state.primary?.sinceMs ?? now.clockMs, state.sinceMs) + failback.holdDownMs
  if (now.clockMs >= untilMs) return { to: 'PRIMARY', kind: 'better', reason }
  return {
    ...stay(state, `healthy primary waits out ${failback.holdDownMs / 1000} s; ${reason}`),
    hold: { kind: 'hold-down', untilMs },
  }
}

function orderedBy(override: SwitchOverride, state: SwitchState): Wish {
  const { to, until, by } = override
  const who = `by ${by} until ${until}: ${override.reason}`
  if (to === 'freeze') return { ...stay(state, `frozen ${who}`), hold: { kind: 'frozen', override } }
  const role = to === 'primary' ? 'PRIMARY' : 'SECONDARY'
  return {
    to: role,
    kind: role === state.answered ? 'stay' : 'ordered',
    reason: `forced ${who}`,
    hold: { kind: 'forced', override },
  }
}

/** An expiry that is no date, or later than is allowed, has passed: nothing may hold for ever by a slip. */
export function isOverrideActive(override: SwitchOverride | undefined, wallMs: number): boolean {
  if (override === undefined) return false
  const untilMs = Date.parse(override.until)
  return untilMs > wallMs && untilMs - Date.parse(override.at) <= switchingLimits.overrideMsMax
}

function stay(state: SwitchState, reason: string): Wish {
  return { to: state.answered, kind: 'stay', reason }
}

function needed(to: FailoverRole, reason: string): Wish {
  return { to, kind: 'needed', reason }
}
