import { isIP } from 'node:net'
import type { Endpoint } from '../base/network.ts'
import { reuseConnection } from '../sql/flight/endpoints.ts'

/** Where a ticket may be redeemed: another address, or the connection that the client has. */
export type Place = Endpoint | 'same connection'

/** Finds the addresses of a name; an empty list when there are none. */
export type ResolveName = (name: string) => Promise<readonly string[]>

/** Places in the order in which they should be tried. A name with several addresses is several places; one that is not found is none. */
export async function placesOf(uris: readonly string[], resolve: ResolveName): Promise<Place[]> {
  if (uris.length === 0) return ['same connection']
  const places: Place[] = []
  for (const uri of uris) {
    if (uri === reuseConnection) {
      places.push('same connection')
      continue
    }
    const found = /^grpc(?:\+tcp|\+tls)?:\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(uri)
    if (found === null) continue
    const host = (found[1] ?? '').replace(/^\[|\]$/g, '')
    const addresses = isIP(host) > 0 ? [host] : await resolve(host).catch(() => [])
    places.push(...addresses.map(address => ({ address, port: Number(found[2]) })))
  }
  return places
}
