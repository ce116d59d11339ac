import { isIP } from 'node:net'
import type { Endpoint } from '../base/network.ts'
import { reuseConnection } from '../sql/flight/endpoints.ts'

/** Where a ticket may be redeemed: another address, or the connection that the client has. */
export type Place = NamedEndpoint | 'same connection'

/** An address, and the name that it was found by: what a certificate there must be for. An address by itself has no other name. */
export interface NamedEndpoint extends Endpoint {
  readonly name: string
}

/** Finds the addresses of a name; an empty list when there are none. */
export type ResolveName = (name: string) => Promise<readonly string[]>

/**
 * Places in the order in which they should be tried. A name with several addresses is several places; one that is not found is none. Nor is
 * one that speaks TLS where the client does not, or the other way round: a token is not sent in clear text to a place that asks for it.
 */
export async function placesOf(
  uris: readonly string[],
  isTls: boolean,
  resolve: ResolveName,
): Promise<Place[]> {
  if (uris.length === 0) return ['same connection']
  const places: Place[] = []
  for (const uri of uris) {
    if (uri === reuseConnection) {
      places.push('same connection')
      continue
    }
    const found = /^grpc(?:\+(tcp|tls))?:\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(uri)
    if (found === null || (found[1] ?? (isTls ? 'tls' : 'tcp')) !== (isTls ? 'tls' : 'tcp')) continue
    const name = (found[2] ?? '').replace(/^\[|\]$/g, '')
    const addresses = await addressesOf(name, resolve).catch(() => [])
    places.push(...addresses.map(address => ({ address, name, port: Number(found[3]) })))
  }
  return places
}

export async function addressesOf(host: string, resolve: ResolveName): Promise<readonly string[]> {
  return isIP(host) > 0 ? [host] : await resolve(host)
}
