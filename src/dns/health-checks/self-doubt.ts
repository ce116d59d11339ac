import type { HealthState } from '../../health/verdict.ts'

/**
 * How long a vantage point that finds everything failing at once, and has nobody else to ask, keeps to what it knew. Blips of its own
 * network (an interface, a route, a paused process) are over by then; an outage of everything is believed after it.
 */
export const blindHoldMs = 5_000

export interface CheckedEndpoint {
  readonly id: string
  /** Address or name: checks of one host say nothing about the way to another. */
  readonly host: string
  readonly state: HealthState
}

/** What other vantage points that live and trust themselves say. */
export interface OtherVantages {
  /** One of them has any opinion. */
  readonly anyVotes: boolean
  /** One of them sees this check unhealthy. */
  sees(id: string): boolean
}

/**
 * Watches the probes of one vantage point. A failure is believed only when something else could be reached while it lasted: whoever
 * reaches nothing may itself be what is broken. (An outage in 2025 grew when checkers whose own network lagged took healthy targets out.)
 */
export interface SelfDoubt {
  /** One result; before `doubts` is asked about it. True when it proves the network and something is in doubt: probe that now. */
  hear(
    of: { readonly id: string; readonly host: string },
    passed: boolean,
    startedAtMs: number,
    nowMs: number,
  ): boolean
  /**
   * Whether not to believe the failure that would make `id` unhealthy.
   *
   * | something else                                          | other vantage points   | the failure is     |
   * |---------------------------------------------------------|------------------------|--------------------|
   * | no other host that may be healthy                       | any                    | believed           |
   * | another host passed after the failure before this one   | any                    | believed           |
   * | had begun, and before this one began                    |                        |                    |
   * | none passed                                             | one sees it unhealthy  | believed           |
   * | none passed                                             | they see it healthy    | doubted, no limit  |
   * | none passed                                             | none votes             | doubted until      |
   * |                                                         |                        | `blindHoldMs`      |
   */
  doubts(id: string, nowMs: number, endpoints: readonly CheckedEndpoint[], others: OtherVantages): boolean
  isDoubted(id: string): boolean
  doubted(): readonly string[]
  /** Every endpoint that may be healthy failed last, and one is in doubt: then no opinion of this vantage point counts. */
  isBlind(endpoints: readonly CheckedEndpoint[]): boolean
  /** When the present doubt is given up if nobody else votes; undefined while there is none. */
  holdEndsAt(): number | undefined
  forget(id: string): void
}

interface Record {
  readonly host: string
  passedAt: number
  /** When the last failed probe began; undefined after a pass. */
  failedStart: number | undefined
  /** When another host first passed after `failedStart`. */
  witnessedAt: number | undefined
  /** The last failure was witnessed: the network was there between the one before it and its own beginning. */
  isProven: boolean
}

export function selfDoubt(): SelfDoubt {
  const records = new Map<string, Record>()
  const inDoubt = new Set<string>()
  let doubtSince: number | undefined

  const recordOf = ({ id, host }: { id: string; host: string }): Record => {
    const found = records.get(id)
    if (found?.host === host) return found
    const record: Record = {
      host,
      passedAt: -Infinity,
      failedStart: undefined,
      witnessedAt: undefined,
      isProven: false,
    }
    records.set(id, record)
    return record
  }
  const settle = (id: string): void => {
    inDoubt.delete(id)
    if (inDoubt.size === 0) doubtSince = undefined
  }
  const pass = (record: Record, nowMs: number): void => {
    record.passedAt = nowMs
    record.failedStart = undefined
    record.witnessedAt = undefined
    for (const other of records.values())
      if (other.host !== record.host && other.failedStart !== undefined) other.witnessedAt ??= nowMs
  }
  const fail = (record: Record, startedAtMs: number): void => {
    record.isProven = record.witnessedAt !== undefined && record.witnessedAt <= startedAtMs
    record.failedStart = startedAtMs
    const passes = [...records.values()]
      .filter(other => other.host !== record.host && other.passedAt >= startedAtMs)
      .map(other => other.passedAt)
    record.witnessedAt = passes.length === 0 ? undefined : Math.min(...passes)
  }

  return {
    hear(of, passed, startedAtMs, nowMs) {
      const record = recordOf(of)
      if (!passed) {
        fail(record, startedAtMs)
        return false
      }
      pass(record, nowMs)
      settle(of.id)
      doubtSince = undefined
      return inDoubt.size > 0
    },
    doubts(id, nowMs, endpoints, others) {
      const own = endpoints.find(endpoint => endpoint.id === id)
      const rest = endpoints.filter(endpoint => endpoint.host !== own?.host)
      const isBelieved =
        rest.every(endpoint => endpoint.state === 'unhealthy') ||
        records.get(id)?.isProven === true ||
        others.sees(id) ||
        (!others.anyVotes && doubtSince !== undefined && nowMs - doubtSince >= blindHoldMs)
      if (isBelieved) {
        // The others in doubt are believed at their next failure too: the moment of doubt stays.
        inDoubt.delete(id)
        return false
      }
      inDoubt.add(id)
      doubtSince ??= nowMs
      return true
    },
    isDoubted: id => inDoubt.has(id),
    doubted: () => [...inDoubt],
    isBlind: endpoints =>
      inDoubt.size > 0 &&
      endpoints.every(({ id, state }) => state === 'unhealthy' || records.get(id)?.failedStart !== undefined),
    holdEndsAt: () => (doubtSince === undefined ? undefined : doubtSince + blindHoldMs),
    forget(id) {
      records.delete(id)
      settle(id)
    },
  }
}
