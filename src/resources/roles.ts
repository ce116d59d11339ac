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
/** For example `dns-1`: servers are counted from 0 here, and from 1 in their names. */
export const dnsRoleName = (index: number): string => `dns-${index + 1}`
/** The server that a role name means; the first one's when it has no number. */
export const dnsServerIndex = (roleName: string): number =>
  Math.max(0, Number(/-(\d{1,3})$/.exec(roleName)?.[1] ?? 1) - 1)
/** For example `balancer-active-a`: of a zone named after its region only the letter is told. */
export const balancerRoleName = (loadBalancer: string, zone: string): string =>
  `balancer-${loadBalancer}-${zone.replace(/^[a-z]{2}(?:-[a-z]+)+-[0-9](?=[a-z]$)/, '')}`
/** For example `node-active-a-1`. */
export const nodeRoleName = (nodeName: string): string => `node-${nodeName}`

/** Of the program, for a process that takes connections beside a balancer's own. The name of the role follows. */
export const balancerWorkerCommand = 'balancer-worker'
