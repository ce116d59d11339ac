import { denodoScript } from '../denodo/denodo-script.ts'
import type { Topology } from '../topology/topology.ts'
import type { WantedCluster, WantedNode } from './wanted.ts'

/** What the topology alone does not say of a node. */
export interface NodeFacts {
  /** The balancer's DNS name, or whatever will stand for it. */
  readonly advertisedHost: string
  /** Path of the catalog file on the node. */
  readonly catalogFile: string
}

/** What a node is told when it starts for the first time: its configuration, or for a Denodo server the script that writes its own. */
export function userData(
  topology: Topology,
  { cluster }: WantedCluster,
  { node }: WantedNode,
  { advertisedHost, catalogFile }: NodeFacts,
): string {
  const ports = { ...topology.ports, auxiliary: node.auxiliaryPort }
  if (cluster.kind === 'denodo')
    return denodoScript(cluster.home, { advertisedHost, ...ports, tls: cluster.tls })
  const { database, limits } = topology
  return `${JSON.stringify(
    {
      name: node.name,
      cluster: cluster.name,
      ports,
      advertisedHost,
      ...(cluster.singlePort ? { singlePort: true } : {}),
      database,
      catalogFile,
      limits: {
        connections: limits.connectionsMax,
        memory: `${limits.memoryLimitMegabytes}MB`,
        drainTimeout: `${limits.drainTimeoutMs}ms`,
      },
    },
    undefined,
    2,
  )}\n`
}
