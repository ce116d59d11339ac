/** What every vantage point together say of one health check, after thresholds, `Inverted` and `Disabled`. */
export interface CheckVerdict {
  readonly healthy: boolean
  /** In words, with the probe result behind it. */
  readonly reason: string
}

/** By health check id. An id that is absent is unknown: the check does not exist (any more). */
export type CheckVerdicts = ReadonlyMap<string, CheckVerdict>
