import { EverportError } from '../../base/errors.ts'

/** What streams now, by the id that its ticket has. */
export interface RunningQueries {
  /** Rejects when as many run as may, and while the server ends. */
  begin(id: string, user: string, cancel: () => void): RunningQuery
  /** False when no such query of this user runs here. */
  cancel(id: string, user: string): boolean
  /** Ends all with 57P01, and refuses new ones. */
  stopAll(): void
  readonly count: number
  /** Resolves when none runs. */
  idle(): Promise<void>
}

export interface RunningQuery {
  /** Why it was stopped by this side; undefined while it was not. */
  readonly stopped: EverportError | undefined
  end(): void
}

export function runningQueries(queriesMax: number): RunningQueries {
  const running = new Map<RunningQuery, { id: string; user: string; stop: (why: EverportError) => void }>()
  const waiting = new Set<() => void>()
  let refusal: EverportError | undefined
  return {
    begin(id, user, cancel) {
      if (refusal !== undefined) throw refusal
      if (running.size >= queriesMax) {
        throw new EverportError('too_many_connections', `too many queries at a time: at most ${queriesMax}`, {
          hint: 'try again when others have finished',
        })
      }
      let stopped: EverportError | undefined
      const query: RunningQuery = {
        get stopped() {
          return stopped
        },
        end() {
          running.delete(query)
          if (running.size === 0) for (const tell of waiting) tell()
        },
      }
      const stop = (why: EverportError): void => {
        stopped ??= why
        cancel()
      }
      running.set(query, { id, user, stop })
      return query
    },
    cancel(id, user) {
      let found = false
      for (const each of running.values()) {
        if (each.id !== id || each.user !== user) continue
        found = true
        each.stop(new EverportError('query_cancelled', 'canceling statement due to user request'))
      }
      return found
    },
    stopAll() {
      refusal = new EverportError('admin_shutdown', 'terminating connection due to administrator command', {
        hint: 'ask again: another node answers',
      })
      for (const { stop } of running.values()) stop(refusal)
    },
    get count() {
      return running.size
    },
    idle: () =>
      new Promise(resolve => {
        if (running.size === 0) return resolve()
        const tell = (): void => {
          waiting.delete(tell)
          resolve()
        }
        waiting.add(tell)
      }),
  }
}
