import type { Connection } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Cancel, Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { cancelledText } from './duckdb-error-rules.ts'

/**
 * One statement's work on a connection, which a client may cancel at any moment. The engine only hears an interrupt while a call of it
 * runs, so the wish is kept, checked before every call, and the interrupt is sent again until the call has settled.
 */
export interface Work {
  readonly cancelled: boolean
  cancel(): void
  /** Runs one call of the engine. Rejects with 'query_cancelled', whatever the engine says, once the work is cancelled. */
  call<T>(connection: Connection, run: () => Promise<T>): Promise<T>
}

const interruptIntervalMs = 5

export function startWork(clock: Clock): Work {
  let cancelled = false
  let running: Connection | undefined
  let again: Cancel = () => undefined

  const interrupt = (): void => {
    if (running === undefined) return
    duckdb.interrupt(running)
    again = clock.after(interruptIntervalMs, interrupt)
  }

  return {
    get cancelled() {
      return cancelled
    },
    cancel() {
      if (cancelled) return
      cancelled = true
      interrupt()
    },
    async call(connection, run) {
      if (cancelled) throw cancelledError()
      running = connection
      try {
        const result = await run()
        if (cancelled) throw cancelledError()
        return result
      } catch (error) {
        throw cancelled ? cancelledError() : error
      } finally {
        running = undefined
        again()
      }
    },
  }
}

export function cancelledError(): EverportError {
  return new EverportError('query_cancelled', cancelledText)
}
