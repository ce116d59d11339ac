import type { Clock } from '../base/clock.ts'

/** What is seen of one running role at one look. */
export interface HangEvidence {
  readonly name: string
  /** Of the process: a new one starts with a clean record. */
  readonly pid: number
  /** Undefined until it has beaten once. */
  readonly heartbeat: number | undefined
  /** The system says that it does not run: SIGSTOP, a debugger. */
  readonly isSuspended: boolean
}

export interface HangSettings {
  readonly hangTimeoutMs: number
  /** A process that has not beaten yet may still be starting on a busy machine. */
  readonly startTimeoutMs: number
}

export const defaultHangSettings: HangSettings = { hangTimeoutMs: 10_000, startTimeoutMs: 30_000 }

/**
 * Finds roles that live and do nothing. A heartbeat that stands still is evidence only while our own comes back to us: where no beat can be
 * written, everybody's stands still. Then only the system's word counts.
 */
export function hangWatch(clock: Clock, settings: HangSettings = defaultHangSettings) {
  const records = new Map<
    string,
    { pid: number; heartbeat: number | undefined; lastSignAt: number; runsSince: number }
  >()
  return (evidence: readonly HangEvidence[], areBeatsKept: boolean): string[] => {
    const now = clock.now()
    const hung: string[] = []
    for (const { name, pid, heartbeat, isSuspended } of evidence) {
      let record = records.get(name)
      if (record?.pid !== pid) {
        record = { pid, heartbeat, lastSignAt: now, runsSince: now }
        records.set(name, record)
      }
      if (!isSuspended) record.runsSince = now
      if (heartbeat !== record.heartbeat || !areBeatsKept) {
        record.heartbeat = heartbeat
        record.lastSignAt = now
      }
      const patienceMs = record.heartbeat === undefined ? settings.startTimeoutMs : settings.hangTimeoutMs
      if (now - record.lastSignAt >= patienceMs || now - record.runsSince >= settings.hangTimeoutMs)
        hung.push(name)
    }
    const present = new Set(evidence.map(({ name }) => name))
    for (const name of records.keys()) if (!present.has(name)) records.delete(name)
    return hung
  }
}
