import { type Cancel, type Clock, every } from '../../base/clock.ts'

/** Whether this node should be given new clients, and in words why not. */
export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly reason: string }

export interface ReadinessWatch {
  read(): Readiness
  /** From now on the node only finishes what runs. */
  drain(): void
  /** Whether the memory of the node is past its bound. */
  press(isOver: boolean): void
  stop(): void
}

export interface ReadinessOptions {
  readonly clock: Clock
  readonly ping: () => Promise<void>
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Called after every change, not for the first answer. */
  readonly changed: (readiness: Readiness) => void
}

/**
 * Asks the engine at its own pace, however often others ask us.
 *
 *   | draining | last ping            | ready? | reason                      |
 *   |----------|----------------------|--------|-----------------------------|
 *   | yes      | any                  | no     | draining                    |
 *   | no       | none answered yet    | no     | starting                    |
 *   | no       | answered in time     | yes    |                             |
 *   | no       | answered, no memory  | no     | out of memory               |
 *   | no       | rejected             | no     | the engine fails            |
 *   | no       | out for `timeoutMs`  | no     | the engine does not answer  |
 */
export function watchReadiness(options: ReadinessOptions): ReadinessWatch {
  const { clock, intervalMs, timeoutMs } = options
  let engine: 'starting' | 'answers' | 'fails' | 'silent' = 'starting'
  let isDraining = false
  let isOver = false
  let isAsking = false
  let told: Readiness = read()

  function read(): Readiness {
    if (isDraining) return { isReady: false, reason: 'draining' }
    switch (engine) {
      case 'answers':
        return isOver ? { isReady: false, reason: 'out of memory' } : { isReady: true }
      case 'starting':
        return { isReady: false, reason: 'starting' }
      case 'fails':
        return { isReady: false, reason: 'the engine fails' }
      case 'silent':
        return { isReady: false, reason: 'the engine does not answer' }
    }
  }

  const tell = (): void => {
    const now = read()
    if (now.isReady === told.isReady && (now.isReady || told.isReady || now.reason === told.reason)) return
    told = now
    options.changed(now)
  }
  const become = (next: typeof engine): void => {
    engine = next
    tell()
  }

  const ask = async (): Promise<void> => {
    // One that is still out is not asked again: it would only wait behind the first.
    if (isAsking) return
    isAsking = true
    const cancelTimeout: Cancel = clock.after(timeoutMs, () => become('silent'))
    try {
      await options.ping()
      become('answers')
    } catch {
      become('fails')
    } finally {
      cancelTimeout()
      isAsking = false
    }
  }

  void ask()
  const stop = every(clock, intervalMs, () => void ask())
  return {
    read,
    drain() {
      isDraining = true
      tell()
    },
    press(isNowOver) {
      isOver = isNowOver
      tell()
    },
    stop,
  }
}
