import type { StatementFacts } from './prepare-statement.ts'

/**
 * What is known of statements that were bound before over the same catalog, so that the next client who sends one is not made to wait until it is translated
 * and bound only to be told its columns. One for each catalog that is served: another catalog begins with nothing.
 */
export interface KnownStatements {
  /** As the role would have it bound now: `rightsVersion` is that of what it may read, `oids` what the client says of its parameters. */
  find(
    user: string,
    rightsVersion: number | undefined,
    source: string,
    oids?: readonly number[],
  ): StatementFacts | undefined
  keep(user: string, rightsVersion: number | undefined, facts: StatementFacts, oids?: readonly number[]): void
}

const knownMax = 1_000
/** In characters; longer ones are seldom small queries, and seldom sent twice. */
const knownTextMax = 4_000

interface Known {
  readonly facts: StatementFacts
  readonly rightsVersion: number | undefined
}

export function createKnownStatements(): KnownStatements {
  /** The one used last comes last. */
  const known = new Map<string, Known>()
  return {
    find(user, rightsVersion, source, oids = []) {
      if (source.length > knownTextMax) return undefined
      const key = keyOf(user, source, oids)
      const found = known.get(key)
      if (found === undefined) return undefined
      known.delete(key)
      if (found.rightsVersion !== rightsVersion) return undefined
      known.set(key, found)
      return found.facts
    },
    keep(user, rightsVersion, facts, oids = []) {
      if (!facts.isShareable || facts.source.length > knownTextMax) return
      const key = keyOf(user, facts.source, oids)
      known.delete(key)
      if (known.size >= knownMax) {
        const oldest = known.keys().next().value
        if (oldest !== undefined) known.delete(oldest)
      }
      known.set(key, { facts, rightsVersion })
    },
  }
}

/** Neither a name nor a statement can hold a zero byte. */
function keyOf(user: string, source: string, oids: readonly number[]): string {
  return `${user}\0${source}\0${oids.join()}`
}
