import type { ProcessIdentity } from '../base/processes.ts'
import type { Revision } from '../store/store.ts'
import type { ObservedTarget } from './load-balancing.ts'

/**
 * Observed state. Every document has one owner, who alone writes it, when there is something new. Its heartbeat (store/heartbeats.ts), under
 * the same key, is another one every `heartbeatIntervalMs` while the owner lives; a reader that has seen no change for
 * `heartbeatTimeoutMs` of its own clock holds the owner for dead. Clocks of different machines are never compared.
 */
export const heartbeatIntervalMs = 250
export const heartbeatTimeoutMs = 1_250
/** A reader that has not looked for so long was deaf: the silence that it finds is its own, and says nothing of the owners. */
export const deafMs = 3 * heartbeatIntervalMs

export type ProcessState = 'starting' | 'running' | 'stopping' | 'stopped' | 'backing-off' | 'crash-looping'

/** Under `status/process/<role name>`, owned by the agent: the supervisor's word. */
export interface ProcessStatus {
  readonly state: ProcessState
  readonly identity?: ProcessIdentity
  readonly restarts: number
  /** ISO 8601. */
  readonly since: string
  /** How it last ended, in words. */
  readonly reason?: string
}

/** Under `status/balancer/<load balancer name>/<zone>`. */
export interface BalancerStatus {
  readonly engine: string
  readonly engineReason: string
  readonly listeners: readonly {
    readonly port: number
    readonly activeConnections: number
    readonly newConnections: number
  }[]
  readonly targets: readonly ObservedTarget[]
}

export interface FailoverStatus {
  readonly answered: string
  readonly reason: string
  readonly healthy?: { readonly primary: boolean; readonly secondary: boolean }
  /** What keeps it there beside health, in words. */
  readonly hold?: string
}

/** Under `status/dns/<role name>`. */
export interface DnsStatus {
  readonly at: string
  /** By failover name: which branch is answered and why. */
  readonly failover: Readonly<Record<string, FailoverStatus>>
  /** By name of each zone served: so that servers that answer alike count alike. */
  readonly zones?: Readonly<Record<string, { readonly serial: number; readonly digest: string }>>
}

/** Under `status/node/<instance id>`. */
export interface NodeStatus {
  readonly ready: boolean
  readonly reason: string
  readonly activeQueries: number
  readonly sessions: number
}

/** Under `status/control`. */
export interface ControlStatus {
  /** Of the topology that it has applied. */
  readonly appliedRevision: Revision
  /** The first mistake of a topology file that is not applied for it, in words. */
  readonly refused?: string
}

/** Under `status/agent`. */
export interface AgentStatus {
  readonly identity: ProcessIdentity
}

export const processStatusKey = (roleName: string): string => `status/process/${roleName}`
export const balancerStatusKey = (loadBalancer: string, zone: string): string =>
  `status/balancer/${loadBalancer}/${zone}`
export const dnsStatusPrefix = 'status/dns/'
export const dnsStatusKey = (roleName: string): string => `${dnsStatusPrefix}${roleName}`
export const nodeStatusKey = (instanceId: string): string => `status/node/${instanceId}`
export const controlStatusKey = 'status/control'
export const agentStatusKey = 'status/agent'
