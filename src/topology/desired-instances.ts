import { resolve } from 'node:path'
import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import { balancerDnsName } from './desired-balancing.ts'
import { type DesiredDocument, desired } from './desired-document.ts'
import type { TopologyFacts } from './desired-state.ts'
import { instanceId } from './resource-ids.ts'
import { isFlightTls } from './tls-rules.ts'
import type { Cluster, Topology } from './topology.ts'

/** An instance per node; its user data is the node's configuration. */
export function desiredInstances(
  topology: Topology,
  cluster: Cluster,
  facts: TopologyFacts,
): DesiredDocument[] {
  // Servers of another product are not ours to start.
  if (cluster.kind !== 'everport') return []
  const { ports, limits, database } = topology
  return cluster.zones.flatMap(zone =>
    zone.nodes.map(({ name, address, auxiliaryPort }) => {
      const InstanceId = instanceId(topology.name, name)
      return desired<InstanceDocument>(instanceKey(InstanceId), {
        Instance: {
          InstanceId,
          PrivateIpAddress: address,
          Placement: { AvailabilityZone: zone.name },
          Tags: [
            { Key: 'Name', Value: name },
            { Key: 'everport.cluster', Value: cluster.name },
          ],
        },
        DesiredState: 'running',
        UserData: {
          name,
          cluster: cluster.name,
          availabilityZone: zone.name,
          address,
          ports: { ...ports, auxiliary: auxiliaryPort },
          advertisedHost: cluster.advertisedHost ?? balancerDnsName(cluster.name, topology.domain),
          singlePort: cluster.singlePort,
          database,
          catalogFile: facts.catalogFile,
          limits,
          tls: { ...nodeTls(topology, facts.folder), names: certificateNames(topology, cluster, address) },
          protocol: nodeProtocol(topology),
        },
      })
    }),
  )
}

/** TLS as every node of the topology has it, but for the names that its certificate is for. Paths begin at `folder`. */
export function nodeTls({ tls }: Pick<Topology, 'tls'>, folder: string): Omit<NodeConfig['tls'], 'names'> {
  const { mode, certificate, key, clientAuthority, clientCertificates, clientUsers } = tls
  const isGiven = certificate !== undefined && key !== undefined
  return {
    mode,
    flight: isFlightTls(tls),
    files: isGiven
      ? { certificateFile: resolve(folder, certificate), keyFile: resolve(folder, key) }
      : undefined,
    clientAuthorityFile: clientAuthority === undefined ? undefined : resolve(folder, clientAuthority),
    clientCertificates,
    clientUsers: clientUsers ?? [],
  }
}

/** Every name and address by which a client comes to a node of the cluster. */
function certificateNames(topology: Topology, cluster: Cluster, address: string): string[] {
  const { domain, failoverName } = topology
  const names = [
    failoverName,
    balancerDnsName(cluster.name, domain),
    `*.${balancerDnsName(cluster.name, domain)}`,
    'localhost',
    address,
    ...cluster.zones.map(zone => zone.balancerAddress),
    ...(cluster.advertisedHost === undefined ? [] : [cluster.advertisedHost]),
  ]
  return [...new Set(names)]
}

export function nodeProtocol({ protocol }: Pick<Topology, 'protocol'>): NodeConfig['protocol'] {
  return {
    messageMegabytesMax: protocol.messageSize,
    statementCharactersMax: protocol.statementLength,
    parametersMax: protocol.parameters,
    statementsMax: protocol.preparedStatements,
    portalsMax: protocol.portals,
    loginTimeoutMs: protocol.loginTimeout,
    writeTimeoutMs: protocol.writeTimeout,
    keepAliveMs: protocol.keepAlive,
  }
}
