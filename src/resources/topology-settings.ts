import { passwordFolderDefault } from '../base/password-file.ts'
import type { Snapshot } from '../store/store.ts'
import type { NodeLimits, NodePorts } from './node-config.ts'
import type { NodeProtocol } from './node-protocol.ts'
import type { NodeTls } from './node-tls.ts'
import type { SwitchingSettings } from './switching.ts'

/** Under `topology/settings`: what the topology file says that no AWS resource has a place for. */
export interface TopologySettings {
  readonly name: string
  /** Of ARNs and zones, and of what the AWS APIs take. Absent: written before there was one; us-east-1. */
  readonly region?: string
  /** The hosted zone's name, lower case, without the final dot. */
  readonly domain: string
  readonly hostedZoneId: string
  readonly dns: {
    /** Of each DNS server in turn: `dns-1` has the first. */
    readonly addresses: readonly string[]
    readonly port: number
    /** On 127.0.0.1 for `dns-1`, 127.0.0.2 for `dns-2` and so on. Absent: nowhere. */
    readonly metricsPort?: number
    /** Time to live of balancer names, and so of the failover name. AWS: 60 s. */
    readonly ttlSeconds: number
    /** By UDP, of one name to one network. 0: no limit. Absent: the DNS server's default. */
    readonly repliesPerSecond?: number
    readonly cookies?: 'offered' | 'required'
    readonly identify?: 'nothing' | 'name' | 'name-and-version'
  }
  /** Absent: `switchingDefaults`. */
  readonly failover?: SwitchingSettings
  readonly balancers?: {
    /** On each balancer's own address. Absent: nowhere. */
    readonly metricsPort?: number
  }
  /** On 127.0.0.1: where control answers HTTP, the AWS APIs among it. */
  readonly controlPort: number
  /** The one name that clients connect to, lower case, without the final dot: for example `data.demo.test`. */
  readonly failoverName: string
  /** PostgreSQL database name that clients ask for. */
  readonly database: string
  readonly ports: {
    readonly odbc: number
    readonly web: number
  }
  /** Absolute. Absent: `secrets` in the state folder of each machine. See `passwordFolder`. */
  readonly passwordFolder?: string
  /** What a node is told that is made by RunInstances, where its user data says nothing. */
  readonly nodes?: NodeDefaults
}

export interface NodeDefaults {
  readonly ports: Omit<NodePorts, 'auxiliary'>
  readonly limits: NodeLimits
  /** Absolute. */
  readonly catalogFile: string
  readonly tls: Omit<NodeTls, 'names'>
  readonly protocol: NodeProtocol
}

export const topologySettingsKey = 'topology/settings'

/**
 * The one folder of a machine that SQL health checks may read passwords from: whoever may change a check names a file, and must not name
 * any other. `stateDir` is that machine's.
 */
export function passwordFolder(snapshot: Snapshot, stateDir: string): string {
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  return settings?.passwordFolder ?? passwordFolderDefault(stateDir)
}

/** Under `topology/applied`: what the topology file last put into the store, by key; the digest of each document as the file had it. */
export interface AppliedTopology {
  readonly documents: Readonly<Record<string, string>>
}

export const appliedTopologyKey = 'topology/applied'
