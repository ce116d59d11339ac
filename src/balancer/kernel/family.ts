import type { Endpoint } from '../../base/network.ts'

/** How nftables calls things of one kind of address. */
export interface Family {
  /** Of tables, and of header fields: `ip saddr`. */
  readonly name: 'ip' | 'ip6'
  readonly addressType: 'ipv4_addr' | 'ipv6_addr'
  /** What a host sends when a UDP port is closed. */
  readonly portUnreachable: string
}

const ipv4: Family = {
  name: 'ip',
  addressType: 'ipv4_addr',
  portUnreachable: 'icmp type destination-unreachable icmp code port-unreachable',
}
const ipv6: Family = {
  name: 'ip6',
  addressType: 'ipv6_addr',
  portUnreachable: 'icmpv6 type destination-unreachable icmpv6 code port-unreachable',
}

export const families: readonly Family[] = [ipv4, ipv6]

export function familyOf(address: string): Family {
  return address.includes(':') ? ipv6 : ipv4
}

/** `[fd77::1]:80` or `192.0.2.1:80`, as `dnat to` wants it. */
export function destination({ name }: Family, { address, port }: Endpoint): string {
  return name === 'ip' ? `${address}:${port}` : `[${address}]:${port}`
}
