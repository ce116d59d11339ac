import type { BoundParameters } from './flight-context.ts'
import type { ParameterRows } from './ticket.ts'

/** Enough for every statement that is bound and not yet run; the oldest goes first. */
const handlesMax = 1_024

export function boundParameters(): BoundParameters {
  const known = new Map<string, ParameterRows>()
  return {
    get: handle => known.get(handle),
    set(handle, rows) {
      known.delete(handle)
      known.set(handle, rows)
      for (const oldest of known.keys()) {
        if (known.size <= handlesMax) break
        known.delete(oldest)
      }
    },
    delete: handle => void known.delete(handle),
  }
}
