import type { Revision } from '../store/store.ts'
import type { NodePorts } from './node-config.ts'
import type { ProcessState } from './status.ts'

/**
 * What one process is up to. The supervisor's word, but 'unresponsive' when it runs and its heartbeat stands still, 'starting' until
 * it has beaten once, and 'unknown' when nobody has said anything.
 */
export type MemberState = ProcessState | 'unresponsive' | 'unknown'

export interface MemberView {
  readonly roleName: string
  readonly state: MemberState
  readonly restarts: number
  /** How it last ended, in words; empty when it never did. */
  readonly lastEnd: string
  /** An operator keeps it down. */
  readonly held: boolean
}

export interface BalancerView extends MemberView {
  readonly zone: string
  readonly address: string
  /** Empty until it has reported. */
  readonly engine: string
  readonly engineReason: string
  readonly activeConnections: number
  readonly newConnections: number
}

/** One target as one balancer sees it. */
export interface ObservedHealth {
  readonly targetGroup: string
  readonly port: number
  /** Zone of the balancer that says so. */
  readonly seenFrom: string
  /** In the words of DescribeTargetHealth: healthy, unhealthy, initial, draining, unused … */
  readonly state: string
  /** Description and evidence in one line; empty when healthy. */
  readonly reason: string
}

export interface NodeView extends MemberView {
  readonly name: string
  readonly instanceId: string
  readonly zone: string
  readonly address: string
  readonly ports: NodePorts
  /** The node's own word. */
  readonly ready: boolean
  readonly reason: string
  readonly sessions: number
  readonly activeQueries: number
  readonly health: readonly ObservedHealth[]
  /** Runs, is ready, and every live balancer that watches it finds every one of its targets healthy. */
  readonly healthy: boolean
}

export interface ClusterView {
  readonly name: string
  /** Undefined for a balancer that no failover record names. */
  readonly role: 'primary' | 'secondary' | undefined
  readonly dnsName: string
  readonly balancers: readonly BalancerView[]
  readonly nodes: readonly NodeView[]
}

export interface FailoverView {
  readonly name: string
  readonly answered: string
  readonly reason: string
  /** What keeps it there beside health: an override, manual failback and so on; empty when nothing does. */
  readonly hold: string
}

export interface DnsView extends MemberView {
  readonly address: string
  readonly port: number
  /** By name: which branch is answered and why. */
  readonly failover: readonly FailoverView[]
}

export interface ControlView extends MemberView {
  readonly appliedRevision: Revision | undefined
}

/** What `everport status` shows: observed state beside the desired one. */
export interface StatusView {
  /** Undefined before the first topology was applied. */
  readonly name: string | undefined
  readonly failoverName: string | undefined
  readonly revision: Revision
  readonly clusters: readonly ClusterView[]
  readonly dns: readonly DnsView[]
  readonly control: ControlView
  readonly agentAlive: boolean
  /** Everything desired runs and is healthy. */
  readonly allHealthy: boolean
  /** What stands in the way of that, one sentence each; empty exactly when all is healthy. */
  readonly problems: readonly string[]
}
