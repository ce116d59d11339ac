import type { EngineWish, FlowLogWish, WorkersWish } from '../resources/load-balancing.ts'
import type { NodeLimits } from '../resources/node-config.ts'
import type { Failback, SwitchingSettings } from '../resources/switching.ts'
import { balancerAddress, dnsAddressesDefault, nodeAddress } from './address-plan.ts'
import { nodeLimits } from './node-limits.ts'
import { durationMs } from './quantities.ts'
import type { TopologyFile } from './topology-schema.ts'

/** A valid topology file with everything that follows from it. */
export interface Topology {
  readonly name: string
  readonly domain: string
  readonly region: string
  /** `<hostname>.<domain>` */
  readonly failoverName: string
  readonly database: string
  /** As written: relative to the topology file. */
  readonly catalog: string
  readonly clusters: readonly Cluster[]
  readonly ports: TopologyFile['ports']
  readonly dns: TopologyFile['dns'] & { readonly addresses: readonly string[] }
  readonly failover: SwitchingSettings
  readonly control: TopologyFile['control']
  readonly balancers: TopologyFile['balancers']
  readonly healthCheck: HealthCheck
  /** From the folder of the topology file, or absolute. Undefined: one in the state folder. */
  readonly passwordFolder: string | undefined
  readonly tls: TopologyFile['tls']
  readonly protocol: TopologyFile['protocol']
  readonly limits: NodeLimits
  readonly aws: TopologyFile['aws']
}

export interface Cluster {
  readonly name: string
  readonly role: 'primary' | 'secondary'
  readonly engine: EngineWish
  readonly workers: WorkersWish
  readonly flowLog: FlowLogWish
  readonly zones: readonly Zone[]
  /** Where clients make the second step of the runtime port; undefined for the balancer's own name. */
  readonly advertisedHost: string | undefined
  /** Clients of the runtime port are sent to no other. */
  readonly singlePort: boolean
  readonly kind: 'everport' | 'denodo'
  /** Image that nodes are made from; undefined: the newest that is called everport-node. */
  readonly image: string | undefined
  /** Where the product of kind denodo is installed. */
  readonly home: string
  /** With kind denodo: TLS on all its ports. */
  readonly tls: ClusterTls | undefined
}

/** Paths on the servers. */
export interface ClusterTls {
  readonly keyStore: string
  readonly keyStorePasswordFile: string
  readonly trustStore: string | undefined
}

export interface Zone {
  /** AWS's name: the region and a letter, such as `us-east-1a`. */
  readonly name: string
  readonly letter: string
  readonly balancerAddress: string
  readonly nodes: readonly TopologyNode[]
}

export interface TopologyNode {
  /** For example `active-a-1`. */
  readonly name: string
  readonly address: string
  readonly auxiliaryPort: number
  /** Whether it is a server that was there before, which nobody starts or stops. */
  readonly isExisting: boolean
}

export interface HealthCheck {
  readonly protocol: 'http' | 'tcp' | 'sql'
  /** Undefined with all but http. */
  readonly path: string | undefined
  readonly port: number | 'traffic-port'
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  readonly immediateReprobe: boolean
  readonly passive: boolean
  /** With sql. */
  readonly sql?: SqlCheck
}

export interface SqlCheck {
  readonly user: string
  /** From the folder with passwords. Undefined: no password. */
  readonly passwordFile: string | undefined
  readonly database: string
  readonly query: string
  /** Empty: any answer will do. */
  readonly expect: string
}

export function topologyOf(file: TopologyFile): Topology {
  const { name, domain, region, catalog, ports, dns, control, balancers, limits, aws, tls, protocol } = file
  return {
    name,
    domain,
    region,
    failoverName: `${file.hostname}.${domain}`,
    database: file.database ?? name,
    catalog,
    clusters: file.clusters.map((cluster, index) => clusterOf(region, cluster, index)),
    ports,
    dns: { ...dns, addresses: dns.addresses ?? dnsAddressesDefault },
    failover: switchingOf(file.failover),
    control,
    balancers,
    healthCheck: healthCheckOf(file),
    passwordFolder: file.healthCheck.passwordFolder,
    tls,
    protocol,
    limits: nodeLimits(limits),
    aws,
  }
}

function clusterOf(region: string, cluster: TopologyFile['clusters'][number], index: number): Cluster {
  const { name, role, engine, flowLog, nodesPerZone, kind, image, home } = cluster
  const zones = cluster.zones.map((zone, zoneIndex) => {
    const letter = zoneLetter(zone)
    const nodes = Array.from({ length: nodesPerZone }, (_, nodeIndex) => {
      const order = zoneIndex * nodesPerZone + nodeIndex
      return {
        name: `${name}-${letter}-${nodeIndex + 1}`,
        address: cluster.addresses?.[order] ?? nodeAddress(index + 1, letter, nodeIndex + 1),
        isExisting: cluster.addresses !== undefined,
        auxiliaryPort: cluster.auxiliaryPorts?.[order] ?? defaultAuxiliaryPort(order),
      }
    })
    return {
      name: `${region}${letter}`,
      letter,
      balancerAddress: balancerAddress(index + 1, letter),
      nodes,
    }
  })
  const { keyStore, keyStorePasswordFile, trustStore } = cluster
  const tls =
    keyStore === undefined || keyStorePasswordFile === undefined
      ? undefined
      : { keyStore, keyStorePasswordFile, trustStore }
  const { advertisedHost, singlePort, workers = 'auto' } = cluster
  return { name, role, engine, workers, flowLog, zones, kind, image, home, tls, advertisedHost, singlePort }
}

export function zoneLetter(zone: string): string {
  return zone.slice(-1)
}

/** 19997, 29997 … 59997, then 19998 and so on: a sixth step of 10,000 would leave the range of ports. */
export function defaultAuxiliaryPort(order: number): number {
  return 19_997 + (order % 5) * 10_000 + Math.floor(order / 5)
}

function switchingOf({
  failback,
  switchesMax,
  window,
  shortTtlSeconds,
}: TopologyFile['failover']): SwitchingSettings {
  return { failback: failbackOf(failback), switchesMax, windowMs: window, shortTtlSeconds }
}

/** `automatic`, `manual`, or how long the primary must have been healthy. */
export function failbackOf(text: string): Failback {
  if (text === 'automatic' || text === 'manual') return { kind: text }
  return { kind: 'delayed', holdDownMs: durationMs(text) ?? 0 }
}

function healthCheckOf(file: TopologyFile): HealthCheck {
  const { healthCheck, ports } = file
  const { protocol, port = protocol === 'sql' ? 'odbc' : 'web' } = healthCheck
  return {
    protocol,
    path: protocol === 'http' ? (healthCheck.path ?? '/health/ready') : undefined,
    port: port === 'traffic-port' ? port : ports[port],
    intervalMs: healthCheck.interval,
    timeoutMs: healthCheck.timeout,
    healthyThreshold: healthCheck.healthyThreshold,
    unhealthyThreshold: healthCheck.unhealthyThreshold,
    immediateReprobe: healthCheck.immediateReprobe,
    passive: healthCheck.passive,
    ...(protocol === 'sql' ? { sql: sqlCheckOf(file) } : {}),
  }
}

function sqlCheckOf({ healthCheck: { sql }, database, name }: TopologyFile): SqlCheck {
  const { user = '', passwordFile, query, expect = '' } = sql
  return { user, passwordFile, database: sql.database ?? database ?? name, query, expect }
}
