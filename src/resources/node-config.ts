import type { AdmissionSettings } from './admission-settings.ts'
import type { NodeProtocol } from './node-protocol.ts'
import type { NodeTls } from './node-tls.ts'

/** Everything one node is told. The seed's conf/vdp file. */
export interface NodeConfig {
  /** For example `active-a-1`. */
  readonly name: string
  readonly cluster: string
  readonly availabilityZone: string
  /** Where the node listens. */
  readonly address: string
  readonly ports: NodePorts
  /** The name that clients are sent to for the auxiliary port: the balancer's DNS name (the seed's RMI host). */
  readonly advertisedHost: string
  /** Clients are sent to no port but the runtime port. Absent in documents of earlier versions: they are sent to the auxiliary ports. */
  readonly singlePort?: boolean
  /** PostgreSQL database name that clients ask for. */
  readonly database: string
  /** Absolute path of the SQL file whose views the node serves. */
  readonly catalogFile: string
  readonly limits: NodeLimits
  readonly tls: NodeTls
  readonly protocol: NodeProtocol
}

export interface NodePorts {
  readonly runtime: number
  readonly auxiliary: number
  readonly odbc: number
  readonly web: number
}

export interface NodeLimits {
  readonly connectionsMax: number
  readonly memoryLimitMegabytes: number
  /** How long running queries may go on after SIGTERM. */
  readonly drainTimeoutMs: number
  /** Undefined in documents of earlier versions: the defaults. */
  readonly admission?: AdmissionSettings
}
