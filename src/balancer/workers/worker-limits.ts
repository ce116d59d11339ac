/** How the processes of one balancer keep together. Waits are counted in ticks: who was himself held up has not waited. */
export const workerLimits = {
  /** How often a worker is asked how it does, told what share it has, and looked at. */
  tickMs: 200,
  /** A worker that has not answered in so many ticks, 2 s, is killed: nobody waits for it longer. */
  unansweredTicksMax: 10,
  /** The same for one that starts, 20 s: nothing depends on it yet. */
  startTicksMax: 100,
  /**
   * A worker that hears nothing takes no new connections after so many looks. Both together, after the parent's last word, stay below the
   * 1.25 s after which a balancer that hangs is held for dead (resources/status.ts), and is not waited for with what it may no longer do.
   */
  silentLooksMax: 5,
  silentLookMs: 150,
  /** The same failure of the same target is told once in that time. */
  evidenceMs: 50,
  /** Before a worker that ended is followed by another; twice as long each time, up to the most. */
  restartPauseMs: 1_000,
  restartPauseMsMax: 60_000,
} as const

export const ticksPerSecond = 1_000 / workerLimits.tickMs
