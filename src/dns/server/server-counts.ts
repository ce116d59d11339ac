import type { Query } from '../wire/query.ts'

/** Since the server started. */
export interface ServerCounts {
  readonly queries: Readonly<Record<'udp' | 'tcp', number>>
  /** By type code; those of 256 and above are together under 256. */
  readonly byType: ReadonlyMap<number, number>
  /** By response code, without the bits that travel in OPT: BADVERS is under 0, BADCOOKIE under 7. */
  readonly byRcode: ReadonlyMap<number, number>
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

export function serverCounter(): Counter {
  const queries = { udp: 0, tcp: 0 }
  const types = new Float64Array(otherTypes + 1)
  const rcodes = new Float64Array(16)
  let unanswered = 0
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
    },
    counts: limited => ({
      queries: { ...queries },
      byType: counted(types),
      byRcode: counted(rcodes),
      unanswered,
      limited,
    }),
  }
}

function counted(numbers: Float64Array): ReadonlyMap<number, number> {
  return new Map([...numbers.entries()].filter(([, count]) => count > 0))
}
