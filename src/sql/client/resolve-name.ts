import { EverportError } from '../../base/errors.ts'
import { type Endpoint, formatEndpoint } from '../../base/network.ts'
import { type ResolverPorts, resolver } from '../../dns/client.ts'
import type { ResolveName } from './connect-by-name.ts'

/** Short, since a DNS server on the same machine answers within a millisecond or is not there. */
const tryTimeoutMs = 500
const retries = 1

/** IPv4 addresses of names, asked of Everport's DNS each time. */
export function everportNames(ports: ResolverPorts, dnsServers: readonly Endpoint[]): ResolveName {
  const resolve = resolver(ports)
  return async name => {
    const { exists, records } = await resolve(name, 'A', {
      servers: dnsServers,
      timeoutMs: tryTimeoutMs,
      retries,
    })
    const addresses = records.flatMap(({ data }) => (data.type === 'A' ? [data.address] : []))
    if (addresses.length > 0) return addresses
    const servers = dnsServers.map(formatEndpoint).join(', ')
    throw new EverportError(
      'not_found',
      exists ? `${name} has no address` : `there is no name ${name} in Everport's DNS (${servers})`,
      { hint: 'see the names with: everport status' },
    )
  }
}
