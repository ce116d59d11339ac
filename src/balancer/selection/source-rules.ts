import type { IpPermission } from '@aws-sdk/client-ec2'
import {
  type AddressBytes,
  bitAt,
  type NetworkPrefix,
  parseAddress,
  parsePrefix,
} from '../../base/ip-address.ts'
import { type InstanceDocument, instancePrefix } from '../../resources/instances.ts'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import { type SecurityGroupDocument, securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'

/** Networks in CIDR notation that a listener takes clients from, by protocol. */
export interface SourceRules {
  readonly tcp: readonly string[]
  readonly udp: readonly string[]
}

/**
 * Inbound rules of a load balancer's security groups that concern one port: all groups together, anything else is refused (NLB guide,
 * "Security groups"). Undefined: it has no security groups, which is decided when it is created, and everybody may come. A rule that
 * names a security group means the instances and load balancers that are in it; prefix lists have no meaning here and allow nobody.
 */
export function sourceRules(
  store: Snapshot,
  securityGroups: readonly string[],
  port: number,
): SourceRules | undefined {
  if (securityGroups.length === 0) return undefined
  const permissions = securityGroups.flatMap(
    id => store.get<SecurityGroupDocument>(securityGroupKey(id))?.value.SecurityGroup.IpPermissions ?? [],
  )
  return {
    tcp: networksAllowed(store, permissions, 'tcp', port),
    udp: networksAllowed(store, permissions, 'udp', port),
  }
}

/** Networks that some of the rules allow with this protocol and port. */
export function networksAllowed(
  store: Snapshot,
  permissions: readonly IpPermission[],
  protocol: 'tcp' | 'udp',
  port: number,
): string[] {
  const names = [protocol, protocolNumbers[protocol]]
  const found = permissions
    .filter(permission => concerns(permission, names, port))
    .flatMap(permission => networksOf(store, permission))
  return [...new Set(found)]
}

/** As IANA assigns them; rules may be written with them. */
const protocolNumbers = { tcp: '6', udp: '17' } as const

/** '-1' is every protocol, and then every port. */
function concerns(permission: IpPermission, protocols: readonly string[], port: number): boolean {
  const { IpProtocol: protocol = '-1', FromPort: from = 0, ToPort: to = 65_535 } = permission
  if (protocol === '-1') return true
  return protocols.includes(protocol) && from <= port && port <= to
}

function networksOf(store: Snapshot, permission: IpPermission): string[] {
  const groups = new Set((permission.UserIdGroupPairs ?? []).map(pair => pair.GroupId))
  return [
    ...(permission.IpRanges ?? []).map(range => range.CidrIp ?? ''),
    ...(permission.Ipv6Ranges ?? []).map(range => range.CidrIpv6 ?? ''),
    ...(groups.size === 0 ? [] : membersOf(store, groups)).map(address => `${address}/32`),
  ].filter(text => parsePrefix(text) !== undefined)
}

/** Addresses of the instances and load balancers that are in one of the groups. */
function membersOf(store: Snapshot, groups: ReadonlySet<string | undefined>): string[] {
  const instances = store.list<InstanceDocument>(instancePrefix).map(({ value }) => value)
  const balancers = store
    .list<LoadBalancerDocument>('elbv2/load-balancer/')
    .map(({ value }) => value.LoadBalancer)
  return [
    ...instances
      .filter(
        ({ DesiredState, Instance }) =>
          DesiredState !== 'terminated' && Instance.SecurityGroups?.some(group => groups.has(group.GroupId)),
      )
      .map(({ Instance }) => Instance.PrivateIpAddress),
    ...balancers
      .filter(({ SecurityGroups }) => SecurityGroups?.some(group => groups.has(group)))
      .flatMap(({ AvailabilityZones }) => AvailabilityZones)
      .flatMap(({ LoadBalancerAddresses = [] }) => LoadBalancerAddresses)
      .flatMap(({ IpAddress }) => IpAddress ?? []),
  ]
}

/** Whether an address is in one of the networks. Made once for a set of rules; asking allocates little. */
export function sourceFilter(networks: readonly string[]): (address: string) => boolean {
  const prefixes = networks.flatMap(text => parsePrefix(text) ?? [])
  return address => {
    const bytes = parseAddress(address)
    return bytes !== undefined && prefixes.some(prefix => isWithin(bytes, prefix))
  }
}

function isWithin(address: AddressBytes, { address: network, bits }: NetworkPrefix): boolean {
  if (address.length !== network.length) return false
  for (let bit = 0; bit < bits; bit++) if (bitAt(address, bit) !== bitAt(network, bit)) return false
  return true
}
