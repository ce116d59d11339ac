import type { IpPermission } from '@aws-sdk/client-ec2'
import { unreachable } from '../../base/assert.ts'
import { parseCidr } from './cidr.ts'
import { refuse } from './refuse.ts'

/** One rule of a security group: what its `IpPermissions` say, taken apart. */
export interface Rule {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all. */
  readonly protocol: string
  /** Absent for all ports. */
  readonly fromPort: number | undefined
  readonly toPort: number | undefined
  readonly source: RuleSource
  readonly description: string | undefined
}

export type RuleSource =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'ipv6'; readonly cidr: string }
  | { readonly kind: 'group'; readonly groupId: string; readonly userId: string | undefined }

/** The short form of a permission, as requests may have it beside `IpPermissions`. */
export interface SinglePermission {
  readonly IpProtocol?: string | undefined
  readonly FromPort?: number | undefined
  readonly ToPort?: number | undefined
  readonly CidrIp?: string | undefined
}

export function rulesOf(permissions: readonly IpPermission[]): Rule[] {
  return permissions.flatMap(
    ({ IpProtocol = '', FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }) => {
      const protocol = protocols[IpProtocol.toLowerCase()] ?? IpProtocol.toLowerCase()
      const ports =
        protocol === '-1'
          ? { fromPort: undefined, toPort: undefined }
          : { fromPort: FromPort, toPort: ToPort }
      const common = { protocol, ...ports }
      return [
        ...IpRanges.map(({ CidrIp = '', Description }) => ({
          ...common,
          source: { kind: 'ipv4' as const, cidr: CidrIp },
          description: Description,
        })),
        ...Ipv6Ranges.map(({ CidrIpv6 = '', Description }) => ({
          ...common,
          source: { kind: 'ipv6' as const, cidr: CidrIpv6 },
          description: Description,
        })),
        ...UserIdGroupPairs.map(({ GroupId = '', UserId, Description }) => ({
          ...common,
          source: { kind: 'group' as const, groupId: GroupId, userId: UserId },
          description: Description,
        })),
      ]
    },
  )
}

const protocols: Readonly<Record<string, string>> = {
  all: '-1',
  '6': 'tcp',
  '17': 'udp',
  '1': 'icmp',
  '58': 'icmpv6',
}

/** Rules put together again: one permission for each protocol and range of ports, as DescribeSecurityGroups shows them. */
export function permissionsOf(rules: readonly Rule[]): IpPermission[] {
  const permissions = new Map<
    string,
    Required<Pick<IpPermission, 'IpRanges' | 'Ipv6Ranges' | 'UserIdGroupPairs'>> & IpPermission
  >()
  for (const rule of rules) {
    const { protocol, fromPort, toPort, source, description } = rule
    const key = `${protocol} ${fromPort} ${toPort}`
    const known = permissions.get(key) ?? {
      IpProtocol: protocol,
      ...(fromPort === undefined ? {} : { FromPort: fromPort }),
      ...(toPort === undefined ? {} : { ToPort: toPort }),
      IpRanges: [],
      Ipv6Ranges: [],
      UserIdGroupPairs: [],
      PrefixListIds: [],
    }
    permissions.set(key, known)
    const told = description === undefined ? {} : { Description: description }
    switch (source.kind) {
      case 'ipv4':
        known.IpRanges?.push({ CidrIp: source.cidr, ...told })
        break
      case 'ipv6':
        known.Ipv6Ranges?.push({ CidrIpv6: source.cidr, ...told })
        break
      case 'group':
        known.UserIdGroupPairs?.push({
          GroupId: source.groupId,
          ...(source.userId === undefined ? {} : { UserId: source.userId }),
          ...told,
        })
        break
      default:
        unreachable(source)
    }
  }
  return [...permissions.values()]
}

/** Without its description: two rules that say the same are one. */
export function ruleKey({ protocol, fromPort, toPort, source }: Rule): string {
  return JSON.stringify([
    protocol,
    fromPort ?? -1,
    toPort ?? -1,
    source.kind === 'group' ? source.groupId : source.cidr,
  ])
}

/** In AWS's words: `peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW`. */
export function ruleText({ protocol, fromPort, toPort, source }: Rule): string {
  const peer = source.kind === 'group' ? source.groupId : source.cidr
  if (protocol === '-1') return `peer: ${peer}, ALL, ALLOW`
  return `peer: ${peer}, ${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}, ALLOW`
}

/** What a request says, as rules. Ports belong to TCP and UDP, in order; an address is a network with nothing behind its prefix. */
export function askedRules(
  permissions: readonly IpPermission[] | undefined,
  single: SinglePermission,
): Rule[] {
  const hasSingle = single.IpProtocol !== undefined || single.CidrIp !== undefined
  if (hasSingle && permissions !== undefined)
    throw refuse(
      'InvalidParameterCombination',
      'The parameter ipPermissions may not be used in combination with ipProtocol',
    )
  const { IpProtocol, FromPort, ToPort, CidrIp } = single
  const asked = permissions ?? [
    { IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] },
  ]
  const rules = rulesOf(asked)
  if (rules.length === 0)
    throw refuse('MissingParameter', 'Either ipPermissions or a protocol with a source must be specified.')
  if (asked.some(({ PrefixListIds = [] }) => PrefixListIds.length > 0))
    throw refuse('UnsupportedOperation', 'Prefix lists are not supported; name their networks.')
  for (const rule of rules) refuseRule(rule)
  return rules
}

function refuseRule({ protocol, fromPort, toPort, source }: Rule): void {
  if (protocol === '') throw refuse('MissingParameter', 'The request must contain the parameter ipProtocol')
  if (!/^(?:-1|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(protocol))
    throw refuse('InvalidParameterValue', `Invalid value '${protocol}' for IP protocol. Unknown protocol.`)
  if (protocol === 'tcp' || protocol === 'udp') refusePorts(fromPort, toPort)
  if (source.kind === 'ipv4' && parseCidr(source.cidr) === undefined)
    throw refuse('InvalidParameterValue', `CIDR block ${source.cidr} is malformed`)
  if (source.kind === 'ipv6' && !/^[0-9a-f:]+\/\d{1,3}$/i.test(source.cidr))
    throw refuse('InvalidParameterValue', `CIDR block ${source.cidr} is malformed`)
}

function refusePorts(from: number | undefined, to: number | undefined): void {
  if (from === undefined || to === undefined)
    throw refuse(
      'InvalidParameterValue',
      'Invalid value for portRange. Must specify both from and to ports with TCP/UDP.',
    )
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535
  if (!isPort(from) || !isPort(to) || from > to)
    throw refuse('InvalidParameterValue', `Invalid TCP/UDP port range (${from}:${to})`)
}
