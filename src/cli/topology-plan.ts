import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { EverportError } from '../base/errors.ts'
import { balancerRoleName, controlRoleName, dnsRoleName, nodeRoleName } from '../resources/roles.ts'
import { controlEndpoint } from '../topology/address-plan.ts'
import { renderMistakes } from '../topology/mistakes.ts'
import { readTopology } from '../topology/read-topology.ts'
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
export function planTopology(name: string): PlannedTopology {
  const file = resolve(name)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isFile() !== true) {
    throw new EverportError('file_error', `${name}: ${found === undefined ? 'no such file' : 'not a file'}`, {
      hint: 'name a topology file; examples/active-passive.yaml is one to begin with',
    })
  }
  const { topology, mistakes } = readTopology(readFileSync(file, 'utf8'), name, path =>
    existsSync(resolve(dirname(file), path)),
  )
  if (topology !== undefined) return { file, topology, endpoints: endpointsOf(topology) }
  throw new EverportError('invalid_input', `the topology file cannot be used\n\n${renderMistakes(mistakes)}`)
}

/** Where the roles will listen. */
function endpointsOf(topology: Topology): WantedEndpoint[] {
  const { ports, dns } = topology
  const endpoints: WantedEndpoint[] = [
    { roleName: controlRoleName, ...controlEndpoint },
    { roleName: dnsRoleName, address: dns.address, port: dns.port },
  ]
  for (const cluster of topology.clusters) {
    for (const zone of cluster.zones) {
      const balancer = balancerRoleName(cluster.name, zone.name)
      for (const port of [ports.odbc, ports.web]) {
        endpoints.push({ roleName: balancer, address: zone.balancerAddress, port })
        for (const node of zone.nodes)
          endpoints.push({ roleName: nodeRoleName(node.name), address: node.address, port })
      }
    }
  }
  return endpoints
}
