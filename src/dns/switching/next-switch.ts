import { switchingLimits } from '../../resources/switching.ts'
import type { FailoverRole } from '../routing/failover.ts'
import type { Moment, SwitchInputs, SwitchState } from './switch-state.ts'
import { mergedTimes, timesInWindow } from './switch-times.ts'
import { unrestOf } from './unrest.ts'
import { isOverrideActive, type Wish, wishOf } from './wish.ts'

/**
 * At the start of a process, the primary may take this long to come up before its absence is a switch: a whole topology that starts
 * must not leave the name on the secondary because that was ready a moment earlier.
 */
export const settleMs = 10_000

/**
 * One step of a failover name. Undefined when neither record has a value to give.
 *
 * | what comes                                     | what happens                                                  |
 * |------------------------------------------------|---------------------------------------------------------------|
 * | the start                                      | at the latch's branch, PRIMARY without one; then as below     |
 * | a latch as new as what we know, or newer       | its switches count; its branch is taken or not: `followed` |
 * | an older latch, or none                        | ours is to go to the store                                    |
 * | a wish to stay (wish.ts)                       | nothing                                                       |
 * | a wish that is needed or ordered               | a switch                                                      |
 * | … but the primary has not settled since the start | tentative: answered, not counted, not latched, undone as soon as the primary is healthy |
 * | a wish that is better, with room in the window | a switch                                                      |
 * | a wish that is better, without room            | it stays: hold 'velocity'                                     |
 *
 * So a name that is beyond its limit stays where it is served, and leaves a dead branch for a living one all the same.
 */
export function nextSwitch(
  before: SwitchState | undefined,
  inputs: SwitchInputs,
  now: Moment,
): SwitchState | undefined {
  if (inputs.primary === undefined && inputs.secondary === undefined) return undefined
  const latched = before === undefined ? startOf(inputs, now) : undone(before)
  const known = observed(followed(latched, inputs, now), inputs, now)
  const next = moved(known, wishOf(known, inputs, now), inputs, now)
  return { ...next, unrest: unrestOf(next, inputs, now) }
}

function startOf({ latch }: SwitchInputs, now: Moment): SwitchState {
  return {
    answered: latch?.answered ?? 'PRIMARY',
    reason: '',
    epoch: latch?.epoch ?? 0,
    switchedAtMs: [],
    sinceMs: now.clockMs,
    startedAtMs: now.clockMs,
    primary: undefined,
    isSettled: false,
    isTentative: false,
    hold: undefined,
    unrest: undefined,
  }
}

function undone(state: SwitchState): SwitchState {
  return state.isTentative ? { ...state, answered: 'PRIMARY', isTentative: false } : state
}

/**
 * Takes over what another process, or an operator, has decided.
 *
 * | failback        | window | override | the latch's branch is                                                             |
 * |-----------------|--------|----------|-----------------------------------------------------------------------------------|
 * | automatic       | room   | none     | not taken: each decides by the health it knows, as the locations of Route 53 do   |
 * | automatic       | full   | none     | taken: nobody moves without need now, and all shall stand at one place            |
 * | automatic       | any    | active   | taken: a frozen name is frozen where it was last answered                         |
 * | delayed, manual | any    | any      | taken                                                                             |
 *
 * Never into a branch that is unhealthy here while the one we are at is healthy, but with manual failback, where the operator's word and
 * the last switch are the only word. What was not taken is taken as soon as health allows.
 *
 * Without the store nobody hears of anybody: each goes on by itself. When it is back, the higher epoch counts, and of two equal ones the
 * one that was committed first.
 */
function followed(state: SwitchState, inputs: SwitchInputs, now: Moment): SwitchState {
  const { latch, settings, override } = inputs
  const count = (times: readonly number[]) => timesInWindow(times, settings.windowMs, now.wallMs)
  const own = count(state.switchedAtMs)
  if (latch === undefined || latch.epoch < state.epoch) return { ...state, switchedAtMs: own }
  const told = count(latch.switchedAt.map(text => Date.parse(text)))
  const switchedAtMs = mergedTimes(told, own)
  const follows =
    settings.failback.kind !== 'automatic' ||
    switchedAtMs.length >= settings.switchesMax ||
    isOverrideActive(override, now.wallMs)
  const merged = { ...state, epoch: latch.epoch, switchedAtMs }
  if (!follows || latch.answered === state.answered) return merged
  if (settings.failback.kind !== 'manual' && isWorse(latch.answered, inputs)) return merged
  return { ...merged, answered: latch.answered, sinceMs: now.clockMs }
}

function isWorse(role: FailoverRole, { primary, secondary }: SwitchInputs): boolean {
  const [there, here] = role === 'PRIMARY' ? [primary, secondary] : [secondary, primary]
  return there?.healthy !== true && here?.healthy === true
}

function observed(state: SwitchState, { primary }: SwitchInputs, now: Moment): SwitchState {
  const isSettled =
    state.isSettled || primary?.healthy === true || now.clockMs - state.startedAtMs >= settleMs
  const isSame = primary !== undefined && state.primary?.healthy === primary.healthy
  const seen = primary === undefined ? undefined : { healthy: primary.healthy, sinceMs: now.clockMs }
  return { ...state, isSettled, primary: isSame ? state.primary : seen }
}

function moved(state: SwitchState, wish: Wish, { settings, latch }: SwitchInputs, now: Moment): SwitchState {
  const { reason, hold } = wish
  if (wish.kind === 'stay') return { ...state, reason, hold }
  if (wish.to === state.answered) return { ...state, reason, hold }
  if (wish.kind === 'needed' && wish.to === 'SECONDARY' && !state.isSettled)
    return { ...state, answered: wish.to, reason, hold, isTentative: true }
  const switches = state.switchedAtMs.length
  if (wish.kind === 'better' && switches >= settings.switchesMax)
    return {
      ...state,
      reason: `stays: ${switches} switches within ${settings.windowMs / 1000} s; ${reason}`,
      hold: { kind: 'velocity' },
    }
  const taken = { ...state, answered: wish.to, sinceMs: now.clockMs, reason, hold }
  // The other process told of this very switch already: it is one switch, not two.
  if (latch?.epoch === state.epoch && latch.answered === wish.to) return taken
  return {
    ...taken,
    epoch: state.epoch + 1,
    switchedAtMs: [...state.switchedAtMs, now.wallMs].slice(-switchingLimits.switchTimesMax),
  }
}
