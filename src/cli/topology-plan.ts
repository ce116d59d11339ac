import { resolve } from 'node:path'
import { EverportError } from '../base/errors.ts'
import { loadTopology } from '../io/topology-file.ts'
import { balancerRoleName, controlRoleName, dnsRoleName, nodeRoleName } from '../resources/roles.ts'
import { controlAddress, dnsMetricsAddress } from '../topology/address-plan.ts'
import { renderMistakes } from '../topology/mistakes.ts'
import type { Topology } from '../topology/topology.ts'
import type { WantedEndpoint } from './preflight.ts'

/** A valid topology file, and what it will need of this machine. */
export interface PlannedTopology {
  /** Absolute. */
  readonly file: string
  readonly topology: Topology
  readonly endpoints: readonly WantedEndpoint[]
}

/** Reads the file; an EverportError with every mistake when it is not valid. */
export function planTopology(file: string): PlannedTopology {
  const { topology, mistakes } = loadTopology(file)
  if (topology !== undefined) return { file: resolve(file), topology, endpoints: endpointsOf(topology) }
  throw new EverportError('invalid_input', 'the topology file cannot be used', {
    detail: renderMistakes(mistakes),
  })
}

/** Where the roles will listen. */
function endpointsOf(topology: Topology): WantedEndpoint[] {
  const { ports, dns, control, balancers } = topology
  const endpoints: WantedEndpoint[] = [
    { roleName: controlRoleName, address: controlAddress, port: control.port },
    ...dns.addresses.flatMap((address, index) => [
      { roleName: dnsRoleName(index), address, port: dns.port },
      { roleName: dnsRoleName(index), address: dnsMetricsAddress(index), port: dns.metricsPort },
    ]),
  ]
  for (const cluster of topology.clusters) {
    for (const zone of cluster.zones) {
      const balancer = balancerRoleName(cluster.name, zone.name)
      endpoints.push({ roleName: balancer, address: zone.balancerAddress, port: balancers.metricsPort })
      for (const port of [ports.runtime, ports.odbc, ports.web]) {
        endpoints.push({ roleName: balancer, address: zone.balancerAddress, port })
        for (const node of zone.nodes)
          endpoints.push({ roleName: nodeRoleName(node.name), address: node.address, port })
      }
      // Every balancer of the cluster leads to every node's own port.
      for (const { auxiliaryPort } of cluster.zones.flatMap(each => each.nodes))
        endpoints.push({ roleName: balancer, address: zone.balancerAddress, port: auxiliaryPort })
      for (const node of zone.nodes)
        endpoints.push({ roleName: nodeRoleName(node.name), address: node.address, port: node.auxiliaryPort })
    }
  }
  return endpoints
}
