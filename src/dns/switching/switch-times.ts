/** Those that still count. A time beyond the window ahead of us is of a clock that was set back since: it would count for ever. */
export function timesInWindow(
  timesMs: readonly number[],
  windowMs: number,
  wallMs: number,
): readonly number[] {
  const counts = (time: number): boolean => time > wallMs - windowMs && time <= wallMs + windowMs
  return timesMs.every(counts) ? timesMs : timesMs.filter(counts)
}

/** Two servers see one switch within this. */
const sameSwitchMs = 2_000

/** Those of both, oldest first; what one tells and the other made at about the same time is one switch. */
export function mergedTimes(told: readonly number[], own: readonly number[]): readonly number[] {
  const made = own.filter(time => !told.some(other => Math.abs(time - other) <= sameSwitchMs))
  return made.length === 0 ? told : [...told, ...made].sort((a, b) => a - b)
}
