import type { NetworkTable } from './network-table.ts'
import { type Candidate, healthyFirst, indicesOf, type Routing, signatureOf } from './policy.ts'

/** A collection's blocks, each with its location. */
export type CidrTable = NetworkTable<string>

/**
 * The location of the longest block of the collection that holds the client.
 *
 * | blocks that hold the client          | answer                                                              |
 * |--------------------------------------|---------------------------------------------------------------------|
 * | some, their locations have records   | that of the longest block that is healthy, then the default (`*`)   |
 * | none, or locations without records   | the default                                                         |
 * | any, and none of these is healthy    | that of the longest block, as if all were healthy                   |
 * | none, and no default                 | nothing (NODATA)                                                    |
 */
export function ipBased(candidates: readonly Candidate[], table: CidrTable): Routing {
  const orderOf = (rows: readonly number[]): readonly number[] => {
    const locations = new Set([...rows.map(row => table.rows[row]?.value ?? ''), '*'])
    const order = [...locations].flatMap(location =>
      indicesOf(candidates).filter(
        index => candidates[index]?.record.CidrRoutingConfig?.LocationName === location,
      ),
    )
    return healthyFirst(order, candidates)
  }
  return {
    choice: { kind: 'place', table, orderOf, signature: signatureOf(candidates), orders: new Map() },
    reason: 'the longest block that holds the client and is healthy',
  }
}
