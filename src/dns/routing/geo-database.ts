import { parsePrefix } from '../../base/ip-address.ts'
import type { GeoDatabase, Place } from './geolocation.ts'
import { type NetworkRow, networkTable, networkTableLimits } from './network-table.ts'

export interface ReadGeoDatabase {
  /** Undefined when there are mistakes: half a database would send clients to the wrong places. */
  readonly database: GeoDatabase | undefined
  /** With the number of the line, the first `mistakesMax`. */
  readonly mistakes: readonly string[]
}

const mistakesMax = 20

/**
 * A text of lines `network,continent,country,subdivision`:
 *
 *     # comment
 *     network,continent,country,subdivision
 *     192.0.2.0/24,EU,DE,
 *     198.51.100.0/24,NA,US,CA
 *     2001:db8::/32,AS,,
 *
 * Continents are AF AN AS EU NA OC SA; countries ISO 3166-1 alpha-2; subdivisions ISO 3166-2 without the country. What is not known is left
 * empty. Order does not matter: the longest network that holds a client counts, and its empty fields are not filled from shorter ones.
 */
export function readGeoDatabase(text: string): ReadGeoDatabase {
  const rows: NetworkRow<Place>[] = []
  const mistakes: string[] = []
  const places = new Map<string, Place>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line === header) continue
    const row = rowOf(line, places)
    if (typeof row !== 'string') rows.push(row)
    else if (mistakes.push(`line ${index + 1}: ${row}`) === mistakesMax) break
  }
  const database = mistakes.length > 0 ? undefined : networkTable(rows)
  if (database === undefined && mistakes.length === 0)
    mistakes.push(`more networks than fit: ${networkTableLimits.rowsMax} at most`)
  return { database, mistakes }
}

const header = 'network,continent,country,subdivision'

/** A string is what is wrong. Rows of one place share it. */
function rowOf(line: string, places: Map<string, Place>): NetworkRow<Place> | string {
  const fields = line.split(',').map(field => field.trim())
  const [network = '', continent = '', country = '', subdivision = ''] = fields
  if (fields.length !== 4) return `expected 4 fields (${header}), found ${fields.length}`
  const prefix = parsePrefix(network)
  if (prefix === undefined)
    return `${network} is no network; expected for example 192.0.2.0/24 or 2001:db8::/32`
  if (!/^(AF|AN|AS|EU|NA|OC|SA)?$/.test(continent))
    return `${continent} is no continent; expected AF, AN, AS, EU, NA, OC, SA or nothing`
  if (!/^([A-Z]{2})?$/.test(country))
    return `${country} is no country; expected two letters (ISO 3166-1) or nothing`
  if (!/^([A-Z0-9]{1,3})?$/.test(subdivision))
    return `${subdivision} is no subdivision; expected up to 3 letters and digits (ISO 3166-2) or nothing`
  if (subdivision !== '' && country === '') return `subdivision ${subdivision} without a country`
  const key = `${continent},${country},${subdivision}`
  const value = places.get(key) ?? { continent, country, subdivision }
  places.set(key, value)
  return { prefix, value }
}
