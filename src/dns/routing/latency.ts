import { type NetworkTable } from './network-table.ts'
import { type Candidate, healthyFirst, indicesOf, type Routing, signatureOf } from './policy.ts'

/** Milliseconds from a network's clients to each region. */
export type Latencies = Readonly<Record<string, number>>

export interface LatencyTable {
  readonly networks: NetworkTable<Latencies>
  /** For clients in none of the networks: as the regions look from this server, for example. */
  readonly otherwise: Latencies
}

/**
 * The region that is nearest in time for the client, by the longest network of the table that holds it; without one, by the table's
 * row for everybody else.
 *
 * | nearest healthy | answer                                                             |
 * |-----------------|--------------------------------------------------------------------|
 * | one             | it                                                                 |
 * | several alike   | the one whose region is first by name                              |
 * | none            | the nearest of all, as if they were healthy                        |
 *
 * A region that the client's row has no figure for comes after those that have one, by name.
 */
export function latency(candidates: readonly Candidate[], { networks, otherwise }: LatencyTable): Routing {
  const orderOf = (rows: readonly number[]): readonly number[] => {
    const latencies = networks.rows[rows[0] ?? -1]?.value ?? otherwise
    const distance = (index: number): number =>
      latencies[regionOf(candidates[index])] ?? Number.POSITIVE_INFINITY
    const nearest = indicesOf(candidates).sort((a, b) => {
      const [first, second] = [distance(a), distance(b)]
      if (first !== second) return first < second ? -1 : 1
      return regionOf(candidates[a]) < regionOf(candidates[b]) ? -1 : 1
    })
    return healthyFirst(nearest, candidates)
  }
  return {
    choice: {
      kind: 'place',
      table: networks,
      orderOf,
      signature: signatureOf(candidates),
      orders: new Map(),
    },
    reason: 'the nearest healthy region',
  }
}

function regionOf(candidate: Candidate | undefined): string {
  return candidate?.record.Region ?? ''
}
