import type { Clock } from '../base/clock.ts'
import type { Change, Store } from '../store/store.ts'

export interface StatusTellerOptions<T> {
  readonly store: Pick<Store, 'read'>
  readonly clock: Clock
  readonly publish: (change: Change) => void
  readonly key: string
  /**
   * What of a status is to be told how soon: the first part at once, each other one when the document that the store has is that old. Parts
   * that come later hold more. Default: all of it at once.
   */
  readonly parts?: readonly { readonly of: (status: T) => unknown; readonly afterMs: number }[]
}

/**
 * Writes a status document when the store holds another word than is so. Call it at every beat: what could not be stored, or was taken away,
 * is told again.
 */
export function statusTeller<T extends object>(options: StatusTellerOptions<T>): (status: T) => void {
  const { store, clock, publish, key, parts = [{ of: (status: T) => status, afterMs: 0 }] } = options
  let toldAt = Number.NEGATIVE_INFINITY
  /** Parts of the document that was last found in the store, in text. */
  let known: { readonly stored: T; readonly texts: Map<number, string> } | undefined
  const textOf = (stored: T, part: number): string => {
    if (known?.stored !== stored) known = { stored, texts: new Map() }
    const text = known.texts.get(part) ?? JSON.stringify(parts[part]?.of(stored))
    known.texts.set(part, text)
    return text
  }
  return status => {
    let stored: T | undefined
    try {
      stored = store.read().get<T>(key)?.value
    } catch {
      // The roles go on without the store; the next beat tells it.
      return
    }
    const ageMs = clock.now() - toldAt
    const isTold = parts.every(
      ({ of, afterMs }, part) =>
        stored !== undefined && (ageMs < afterMs || textOf(stored, part) === JSON.stringify(of(status))),
    )
    if (isTold) return
    toldAt = clock.now()
    publish({ key, value: status })
  }
}
