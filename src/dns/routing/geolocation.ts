import type { NetworkTable } from './network-table.ts'
import { type Candidate, healthyFirst, indicesOf, type Routing, signatureOf } from './policy.ts'

/** Where a network's clients are: codes as in Route 53 (ISO 3166-1 alpha-2, ISO 3166-2 without the country); '' when not known. */
export interface Place {
  readonly continent: string
  readonly country: string
  readonly subdivision: string
}

export type GeoDatabase = NetworkTable<Place>

/**
 * The smallest region that has a record and holds the client; from an unhealthy one outwards.
 *
 * | candidates, in this order                  | answer                                                    |
 * |--------------------------------------------|-----------------------------------------------------------|
 * | state, country, continent, default (`*`)   | the first healthy one                                     |
 * | the same, none healthy                     | the first: the smallest region, as if all were healthy    |
 * | none                                       | nothing (NODATA): the group has no default                |
 *
 * A client that the database does not know, or knows the continent alone of, has only the larger regions.
 */
export function geolocation(candidates: readonly Candidate[], database: GeoDatabase): Routing {
  const orderOf = (rows: readonly number[]): readonly number[] => {
    const place = database.rows[rows[0] ?? -1]?.value
    return healthyFirst(
      placesOf(place).flatMap(key => indicesOf(candidates).filter(index => keyOf(candidates[index]) === key)),
      candidates,
    )
  }
  return {
    choice: {
      kind: 'place',
      table: database,
      orderOf,
      signature: signatureOf(candidates),
      orders: new Map(),
    },
    reason: 'the smallest region that holds the client and is healthy',
  }
}

function placesOf(place: Place | undefined): string[] {
  if (place === undefined) return ['*']
  const { continent, country, subdivision } = place
  return [
    ...(country !== '' && subdivision !== '' ? [`${country}-${subdivision}`] : []),
    ...(country === '' ? [] : [country]),
    ...(continent === '' ? [] : [`continent ${continent}`]),
    '*',
  ]
}

function keyOf(candidate: Candidate | undefined): string {
  const { ContinentCode, CountryCode, SubdivisionCode } = candidate?.record.GeoLocation ?? {}
  if (ContinentCode !== undefined) return `continent ${ContinentCode}`
  return SubdivisionCode === undefined ? (CountryCode ?? '') : `${CountryCode}-${SubdivisionCode}`
}
