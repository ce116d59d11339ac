import type { NodeDefaults } from '../resources/topology-settings.ts'
import { nodeProtocol, nodeTls } from './desired-instances.ts'
import type { TopologyFacts } from './desired-state.ts'
import { nodeLimits } from './node-limits.ts'
import type { Topology } from './topology.ts'
import { topologySchema } from './topology-schema.ts'
import { defaultsOf } from './validate.ts'

/** What a node is told where its own configuration says nothing. */
export function nodeDefaults(
  topology: Pick<Topology, 'ports' | 'limits' | 'tls' | 'protocol'>,
  { catalogFile, folder }: TopologyFacts,
): NodeDefaults {
  const { ports, limits } = topology
  return {
    ports,
    limits,
    catalogFile,
    tls: nodeTls(topology, folder),
    protocol: nodeProtocol(topology),
  }
}

const { ports, limits, tls, protocol } = topologySchema.fields

/** The same for an account that no topology has set up: as a file would say that is silent on all of it. There is no catalog. */
export const nodeDefaultsAlone: NodeDefaults = nodeDefaults(
  {
    ports: defaultsOf(ports.schema),
    limits: nodeLimits(defaultsOf(limits.schema)),
    tls: defaultsOf(tls.schema),
    protocol: defaultsOf(protocol.schema),
  },
  { catalogFile: '', folder: '/', passwordFolder: undefined },
)
