import { resolve } from 'node:path'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { defaultNetwork } from './default-network.ts'
import { desiredBalancing } from './desired-balancing.ts'
import { desiredDns } from './desired-dns.ts'
import { type DesiredDocument, desired } from './desired-document.ts'
import { desiredInstances } from './desired-instances.ts'
import { nodeDefaults } from './node-defaults.ts'
import { accountId, hostedZoneId } from './resource-ids.ts'
import type { Topology } from './topology.ts'

/** What the file itself does not say. */
export interface TopologyFacts {
  /** Absolute. */
  readonly catalogFile: string
  /** Absolute: paths in the file begin here. */
  readonly folder: string
  /** Absolute: where health checks read passwords. Undefined where neither the file nor this machine says. */
  readonly passwordFolder: string | undefined
}

/** Every document that the topology stands for. */
export function desiredState(topology: Topology, facts: TopologyFacts): DesiredDocument[] {
  return [
    desired<TopologySettings>(topologySettingsKey, topologySettings(topology, facts)),
    ...defaultNetwork(accountId, topology.region),
    ...desiredDns(topology),
    ...topology.clusters.flatMap(cluster => [
      ...desiredInstances(topology, cluster, facts),
      ...desiredBalancing(topology, cluster, facts.passwordFolder),
    ]),
  ]
}

export function topologySettings(topology: Topology, facts: TopologyFacts): TopologySettings {
  const { name, region, domain, dns, failover, control, balancers, failoverName, database, ports } = topology
  return {
    name,
    region,
    domain,
    hostedZoneId: hostedZoneId(name, domain),
    dns,
    failover,
    controlPort: control.port,
    balancers,
    failoverName,
    database,
    ports: { odbc: ports.odbc, web: ports.web },
    ...(topology.passwordFolder === undefined
      ? {}
      : { passwordFolder: resolve(facts.folder, topology.passwordFolder) }),
    nodes: nodeDefaults(topology, facts),
  }
}
