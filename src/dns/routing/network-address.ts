import { type AddressBytes, parseAddress } from '../../base/ip-address.ts'
import type { Source } from './source.ts'

/** What a routing policy looks at: the client's subnet when it is told, else the address of who asks. */
export function addressOf(source: Source): AddressBytes | undefined {
  if (isSubnetGiven(source)) return source.subnet?.address
  return parseAddress(source.address)
}

/** A prefix of no bits says nothing of the client, and asks that nothing be read into it (RFC 7871 section 7.1.2). */
export function isSubnetGiven({ subnet }: Source): boolean {
  return subnet !== undefined && subnet.prefixBits > 0
}
