import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import { balancerDnsName } from './desired-balancing.ts'
import { type DesiredDocument, desired } from './desired-document.ts'
import { instanceId } from './resource-ids.ts'
import type { Cluster, Topology } from './topology.ts'

/** An instance per node; its user data is the node's configuration. */
export function desiredInstances(
  topology: Topology,
  cluster: Cluster,
  catalogFile: string,
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
          advertisedHost: balancerDnsName(cluster.name, topology.domain),
          database,
          catalogFile,
          limits,
        },
      })
    }),
  )
}
