/**
 * Under `agent/role/<role name>`: what the agent keeps running beside instances, and what an operator has told it to keep down.
 * Instances are roles too; theirs are derived from `ec2/instance/…`.
 */
export interface RoleHold {
  /** 'kill' ends it with SIGKILL, as a crash would; 'drain' with SIGTERM. */
  readonly how: 'drain' | 'kill'
}

/** Under `agent/hold/<role name>`, while an operator keeps that role down. */
export const roleHoldKey = (roleName: string): string => `agent/hold/${roleName}`

export type RoleKind = 'control' | 'dns' | 'balancer' | 'node'

export const controlRoleName = 'control'
export const dnsRoleName = 'dns'
/** For example `balancer-active-a`: of a zone named after its region only the letter is told. */
export const balancerRoleName = (loadBalancer: string, zone: string): string =>
  `balancer-${loadBalancer}-${zone.replace(/^[a-z]{2}(?:-[a-z]+)+-[0-9](?=[a-z]$)/, '')}`
/** For example `node-active-a-1`. */
export const nodeRoleName = (nodeName: string): string => `node-${nodeName}`
