import type { IpPermission } from '@aws-sdk/client-ec2'
import { type SecurityGroupDocument, securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { networksAllowed, sourceFilter } from './source-rules.ts'

/** Whether a load balancer or instance may open connections, or send datagrams, to an address and port. */
export type MayReach = (protocol: 'tcp' | 'udp', address: string, port: number) => boolean

const everythingOut: IpPermission = {
  IpProtocol: '-1',
  IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  Ipv6Ranges: [{ CidrIpv6: '::/0' }],
}

/**
 * By the outbound rules of its security groups: all groups together, anything else is held back, health checks too (NLB guide,
 * "Security groups"). Without security groups everything may go out, and so it may by AWS's default rule. Made once for a snapshot: rules
 * of one port are looked through once.
 */
export function egressRules(store: Snapshot, groups: readonly string[]): MayReach {
  if (groups.length === 0) return () => true
  const permissions = groups.flatMap(id => {
    const found = store.get<SecurityGroupDocument>(securityGroupKey(id))?.value.SecurityGroup
    // A group has this rule from the start; one that may send nothing has an empty list.
    return found === undefined ? [] : (found.IpPermissionsEgress ?? [everythingOut])
  })
  const filters = new Map<string, (address: string) => boolean>()
  return (protocol, address, port) => {
    const key = `${protocol} ${port}`
    const filter = filters.get(key) ?? sourceFilter(networksAllowed(store, permissions, protocol, port))
    filters.set(key, filter)
    return filter(address)
  }
}
