import type { Attributes } from '../resources/load-balancing.ts'
import { auxiliaryAttributes } from '../topology/desired-balancing.ts'
import type { Cluster, HealthCheck, Topology, TopologyNode, Zone } from '../topology/topology.ts'

/** What a topology needs in an account, in the vocabulary of AWS. Ids are not known yet: see `found.ts`. */
export interface Wanted {
  readonly topology: Topology
  readonly securityGroup: WantedSecurityGroup
  readonly clusters: readonly WantedCluster[]
  readonly dns: WantedDns
}

export interface WantedSecurityGroup {
  readonly name: string
  readonly description: string
  readonly ports: readonly number[]
  /** Beside the VPC's own range. */
  readonly clients: readonly string[]
}

export interface WantedCluster {
  readonly cluster: Cluster
  /** Names of availability zones. */
  readonly zones: readonly string[]
  readonly groups: readonly WantedGroup[]
  readonly nodes: readonly WantedNode[]
}

/** A target group and the listener on the same port that leads to it. */
export interface WantedGroup {
  readonly name: string
  readonly port: number
  readonly targetType: 'instance' | 'ip'
  readonly healthCheck: HealthCheck
  /** AWS's attributes, where they are to differ from its defaults. */
  readonly attributes: Attributes
  /** Names of the nodes in it. */
  readonly nodes: readonly string[]
  /** Whether it is the auxiliary group of one node. */
  readonly isAuxiliary: boolean
}

export interface WantedNode {
  readonly node: TopologyNode
  readonly zone: string
}

export interface WantedDns {
  readonly zone: string
  readonly name: string
  readonly records: readonly WantedRecord[]
}

export interface WantedRecord {
  readonly cluster: string
  readonly failover: 'PRIMARY' | 'SECONDARY' | undefined
}

/** Tags by which `apply` finds again what it made. */
export const tags = {
  topology: 'everport.topology',
  resource: 'everport.resource',
  /** A digest of what an instance was made from: another one means that it must be made anew. */
  fingerprint: 'everport.fingerprint',
} as const

export function wantedOf(topology: Topology): Wanted {
  const { name, ports, domain, failoverName, clusters, aws } = topology
  const auxiliary = clusters.flatMap(cluster => nodesOf(cluster).map(({ node }) => node.auxiliaryPort))
  return {
    topology,
    securityGroup: {
      name: `everport-${name}-nodes`,
      description: `Nodes of the Everport topology ${name}`,
      ports: [...new Set([ports.runtime, ports.odbc, ports.web, ...auxiliary])].sort((a, b) => a - b),
      clients: aws.clients ?? [],
    },
    clusters: clusters.map(cluster => wantedCluster(topology, cluster)),
    dns: {
      zone: `${domain}.`,
      name: `${failoverName}.`,
      records: clusters.map(cluster => ({
        cluster: cluster.name,
        failover: clusters.length === 1 ? undefined : failoverRole[cluster.role],
      })),
    },
  }
}

const failoverRole = { primary: 'PRIMARY', secondary: 'SECONDARY' } as const

function wantedCluster(topology: Topology, cluster: Cluster): WantedCluster {
  const nodes = nodesOf(cluster)
  const names = nodes.map(({ node }) => node.name)
  const shared = (['runtime', 'odbc', 'web'] as const).map(service =>
    group(topology, cluster, service, topology.ports[service], names),
  )
  const auxiliary = nodes.map(({ node }) => ({
    ...group(topology, cluster, `aux-${node.auxiliaryPort}`, node.auxiliaryPort, [node.name]),
    attributes: auxiliaryAttributes,
    isAuxiliary: true,
  }))
  return { cluster, zones: cluster.zones.map(zone => zone.name), groups: [...shared, ...auxiliary], nodes }
}

/** The groups of the seed: one for each shared port, with every node; one for each auxiliary port, with the node whose it is. */
function group(
  topology: Topology,
  cluster: Cluster,
  service: string,
  port: number,
  nodes: readonly string[],
): WantedGroup {
  return {
    name: `${cluster.name}-${service}`,
    port,
    targetType: cluster.zones.some(zone => zone.nodes.some(node => node.isExisting)) ? 'ip' : 'instance',
    healthCheck: cluster.kind === 'everport' ? topology.healthCheck : connectOnly(topology.healthCheck),
    attributes: {},
    nodes,
    isAuxiliary: false,
  }
}

/** Another product's ports answer no path of ours: a connect is what AWS's defaults try, too. */
function connectOnly(asked: HealthCheck): HealthCheck {
  const { sql: _, ...check } = asked
  return { ...check, protocol: 'tcp', path: undefined, port: 'traffic-port' }
}

function nodesOf(cluster: Cluster): WantedNode[] {
  return cluster.zones.flatMap((zone: Zone) => zone.nodes.map(node => ({ node, zone: zone.name })))
}
