import type { Connection } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { CallThreads } from '../../base/call-threads.ts'
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

export function startWork(clock: Clock, threads: CallThreads): Work {
  return new CancellableWork(clock, threads)
}

const nothing = (): void => undefined

class CancellableWork implements Work {
  cancelled = false
  readonly #clock: Clock
  readonly #threads: CallThreads
  #running: Connection | undefined
  #stopRepeating: Cancel = nothing

  constructor(clock: Clock, threads: CallThreads) {
    this.#clock = clock
    this.#threads = threads
  }

  cancel(): void {
    if (this.cancelled) return
    this.cancelled = true
    this.#interrupt()
  }

  async call<T>(connection: Connection, run: () => Promise<T>): Promise<T> {
    if (this.cancelled) throw cancelledError()
    this.#running = connection
    this.#threads.began()
    try {
      const result = await run()
      if (this.cancelled) throw cancelledError()
      return result
    } catch (error) {
      throw this.cancelled ? cancelledError() : error
    } finally {
      this.#threads.ended()
      this.#running = undefined
      this.#stopRepeating()
    }
  }

  #interrupt(): void {
    if (this.#running === undefined) return
    duckdb.interrupt(this.#running)
    this.#stopRepeating = this.#clock.after(interruptIntervalMs, () => this.#interrupt())
  }
}

export function cancelledError(): EverportError {
  return new EverportError('query_cancelled', cancelledText)
}
