/** Those that still count. A time beyond the window ahead of us is of a clock that was set back since: it would count for ever. */
export function timesInWindow(
  timesMs: readonly number[],
  windowMs: number,
  wallMs: number,
): readonly number[] {
  const counts = (time: number): boolean => time > wallMs - windowMs && time <= wallMs + windowMs
  return timesMs.every(counts) ? timesMs : timesMs.filter(counts)
}
