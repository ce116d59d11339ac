/** How many TCP connections are kept, and for how long without a query. */
export interface ConnectionLimits {
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly idleTimeoutMs: number
}

/** RFC 7766 section 6.2.3: an idle timeout of a few seconds. */
export const connectionLimitsDefault: ConnectionLimits = {
  connectionsMax: 1_024,
  connectionsPerAddressMax: 256,
  idleTimeoutMs: 10_000,
}

interface Kept<C> {
  readonly connection: C
  readonly address: string
  usedAt: number
}

/** Connections in the order of their last use. */
export interface ConnectionTable<C> {
  readonly size: number
  /** Room is made by giving up whoever has been idle longest, of the same address first; those are returned, to be closed. */
  add(connection: C, address: string, now: number): readonly C[]
  use(connection: C, now: number): void
  remove(connection: C): void
  /** Idle for too long; they are gone from the table. */
  expire(now: number): readonly C[]
  all(): readonly C[]
}

/** A full table never refuses: somebody who holds many idle connections loses them to those who ask. */
export function connectionTable<C>(limits: ConnectionLimits): ConnectionTable<C> {
  const byConnection = new Map<C, Kept<C>>()
  const byAddress = new Map<string, Map<C, Kept<C>>>()
  const remove = (connection: C): void => {
    const kept = byConnection.get(connection)
    if (kept === undefined) return
    byConnection.delete(connection)
    const siblings = byAddress.get(kept.address)
    siblings?.delete(connection)
    if (siblings?.size === 0) byAddress.delete(kept.address)
  }
  const insert = (kept: Kept<C>): void => {
    const siblings = byAddress.get(kept.address) ?? new Map<C, Kept<C>>()
    byAddress.set(kept.address, siblings.set(kept.connection, kept))
    byConnection.set(kept.connection, kept)
  }
  const giveUpFirst = (of: ReadonlyMap<C, Kept<C>> | undefined, max: number): readonly C[] => {
    if (of === undefined || of.size < max) return []
    const [first] = of.keys()
    if (first === undefined) return []
    remove(first)
    return [first]
  }
  return {
    get size() {
      return byConnection.size
    },
    add(connection, address, now) {
      const givenUp = [
        ...giveUpFirst(byAddress.get(address), limits.connectionsPerAddressMax),
        ...giveUpFirst(byConnection, limits.connectionsMax),
      ]
      insert({ connection, address, usedAt: now })
      return givenUp
    },
    use(connection, now) {
      const kept = byConnection.get(connection)
      if (kept === undefined) return
      remove(connection)
      insert({ ...kept, usedAt: now })
    },
    remove,
    expire(now) {
      const expired: C[] = []
      for (const kept of byConnection.values()) {
        if (now - kept.usedAt < limits.idleTimeoutMs) break
        expired.push(kept.connection)
      }
      for (const connection of expired) remove(connection)
      return expired
    },
    all: () => [...byConnection.keys()],
  }
}
