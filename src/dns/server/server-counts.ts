import { keyToName, type Name, type NameKey } from '../wire/name.ts'
import type { Query } from '../wire/query.ts'

/** Since the server started. */
export interface ServerCounts {
  readonly queries: Readonly<Record<'udp' | 'tcp', number>>
  /** By type code; those of 256 and above are together under 256. */
  readonly byType: ReadonlyMap<number, number>
  /** By response code, without the bits that travel in OPT: BADVERS is under 0, BADCOOKIE under 7. */
  readonly byRcode: ReadonlyMap<number, number>
  /** Answers with records, by name asked for; the first `countedNamesMax` names. */
  readonly byName: ReadonlyMap<Name, number>
  /** Queries that got no reply: broken, responses, or too many. */
  readonly unanswered: number
  /** By the rate limiter. */
  readonly limited: Readonly<Record<'truncated' | 'dropped', number>>
}

export interface Counter {
  count(query: Query | string, reply: Uint8Array | undefined, by: 'udp' | 'tcp'): void
  counts(limited: ServerCounts['limited']): ServerCounts
}

const otherTypes = 256
const countedNamesMax = 1_000

export function serverCounter(): Counter {
  const queries = { udp: 0, tcp: 0 }
  const types = new Float64Array(otherTypes + 1)
  const rcodes = new Float64Array(16)
  const names = new Map<NameKey, { count: number }>()
  let unanswered = 0
  const countName = (key: NameKey): void => {
    const seen = names.get(key)
    if (seen !== undefined) seen.count++
    else if (names.size < countedNamesMax) names.set(key, { count: 1 })
  }
  return {
    count(query, reply, by) {
      queries[by]++
      if (typeof query === 'object') {
        const type = Math.min(query.type, otherTypes)
        types[type] = (types[type] as number) + 1
      }
      if (reply === undefined) {
        unanswered++
        return
      }
      const rcode = (reply[3] as number) & 15
      rcodes[rcode] = (rcodes[rcode] as number) + 1
      const hasRecords = reply[6] !== 0 || reply[7] !== 0
      if (hasRecords && typeof query === 'object') countName(query.key)
    },
    counts: limited => ({
      queries: { ...queries },
      byType: counted(types),
      byRcode: counted(rcodes),
      byName: new Map([...names].map(([key, { count }]) => [keyToName(key), count])),
      unanswered,
      limited,
    }),
  }
}

function counted(numbers: Float64Array): ReadonlyMap<number, number> {
  return new Map([...numbers.entries()].filter(([, count]) => count > 0))
}
