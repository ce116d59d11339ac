import type { Endpoint } from '../../base/network.ts'
import type { TargetSnapshot } from '../selection/balancer-snapshot.ts'
import { nameHash } from '../selection/flow-hash.ts'

/** Names of what a table holds, so that an operator who lists it knows what is what, and the same after a restart. */

export type Transport = 'tcp' | 'udp'

/**
 * Of one balancer on this machine: several Everports may run here, each with a state folder of its own, and may call their load balancers
 * alike.
 */
export function tableName(loadBalancer: string, zone: string, stateDir: string): string {
  const own = nameHash(stateDir, 0).toString(16).padStart(8, '0')
  return `everport-${loadBalancer}-${zone}-${own}`
}

/** Counters of what passes to and from an address and port; targets of several groups may share it. */
export const endpointCounters = [
  'bytes-to',
  'bytes-from',
  'answers',
  'refusals',
  'resets-by-client',
  'resets-by-target',
] as const

export function endpointName({ address, port }: Endpoint): string {
  return `${address.replaceAll(':', '-')}_${port}`
}

export const counterOf = (kind: (typeof endpointCounters)[number], endpoint: string): string =>
  `${kind}_${endpoint}`

/** Flows that a target group gave to a target. */
export const openedCounter = (group: string, target: TargetSnapshot): string =>
  `opened_${group}_${endpointName(target)}`
/** Flows that went elsewhere because the target of their slot had just refused one; their targets do not count them as opened. */
export const sparedCounter = (group: string): string => `spared_${group}`

export const acceptedCounter = (transport: Transport, port: number): string => `accepted_${transport}_${port}`
/** Refused by security groups. */
export const deniedCounter = (transport: Transport, port: number): string => `denied_${transport}_${port}`
/** Flows whose end nobody will be told. */
export const untoldCounter = 'untold'
/** No target could be chosen. */
export const failedCounter = (transport: Transport, port: number): string => `failed_${transport}_${port}`
