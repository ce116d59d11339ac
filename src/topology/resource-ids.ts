import { createHash } from 'node:crypto'

/**
 * Ids are digests of names, so the same file gives the same resources on every machine and at every start, and a document changes
 * only when the file does.
 */
export function hexId(topology: string, kind: string, name: string, length: number): string {
  return createHash('sha256').update(`${topology}/${kind}/${name}`).digest('hex').slice(0, length)
}

/** AWS's own example account: whose resources those of the topology file are. */
export const accountId = '123456789012'

export function elbArn(region: string, resource: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${accountId}:${resource}`
}

export const instanceId = (topology: string, node: string): string =>
  `i-${hexId(topology, 'instance', node, 17)}`

/** The network that an account has from the start is the same for every topology of a region. */
export const defaultVpcId = (region: string): string => `vpc-${hexId(region, 'vpc', 'default', 17)}`

export const defaultSubnetId = (region: string, zone: string): string =>
  `subnet-${hexId(region, 'subnet', `default/${zone}`, 17)}`

export const defaultSecurityGroupId = (region: string): string =>
  `sg-${hexId(region, 'security-group', 'default', 17)}`

/** Route 53's ids are capitals and digits. */
export const hostedZoneId = (topology: string, domain: string): string =>
  `Z${hexId(topology, 'hosted-zone', domain, 20).toUpperCase()}`
