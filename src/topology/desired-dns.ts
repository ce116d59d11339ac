import {
  balancerZoneId,
  type HostedZoneDocument,
  hostedZoneKey,
  type RecordSetDocument,
  recordSetKey,
} from '../resources/dns.ts'
import { balancerDnsName } from './desired-balancing.ts'
import { type DesiredDocument, desired } from './desired-document.ts'
import { hostedZoneId } from './resource-ids.ts'
import type { Cluster, Topology } from './topology.ts'

type RecordSet = RecordSetDocument['ResourceRecordSet']

/** The hosted zone and its record sets. The balancers' own names are not among them: they follow from the load balancers. */
export function desiredDns(topology: Topology): DesiredDocument[] {
  const Id = hostedZoneId(topology.name, topology.domain)
  const Name = `${topology.domain}.`
  return [
    desired<HostedZoneDocument>(hostedZoneKey(Id), {
      HostedZone: { Id, Name, CallerReference: `topology ${topology.name}`, Config: { PrivateZone: false } },
    }),
    ...[...authority(topology, Name), ...failover(topology)].map(recordSet =>
      desired<RecordSetDocument>(
        recordSetKey(Id, recordSet.Name, recordSet.Type, recordSet.SetIdentifier ?? ''),
        { ResourceRecordSet: recordSet },
      ),
    ),
  ]
}

/** As Route 53 makes them: NS for two days; SOA for 15 minutes, which is also how long a negative answer is kept. */
function authority({ dns }: Topology, zone: string): RecordSet[] {
  const servers = dns.addresses.map((address, index) => ({ name: `ns${index + 1}.${zone}`, address }))
  return [
    {
      Name: zone,
      Type: 'SOA',
      TTL: 900,
      ResourceRecords: [{ Value: `${servers[0]?.name} hostmaster.${zone} 1 7200 900 1209600 86400` }],
    },
    { Name: zone, Type: 'NS', TTL: 172_800, ResourceRecords: servers.map(({ name }) => ({ Value: name })) },
    ...servers.map(({ name, address }) => ({
      Name: name,
      Type: 'A' as const,
      TTL: 172_800,
      ResourceRecords: [{ Value: address }],
    })),
  ]
}

/** One cluster: an alias. Two: the PRIMARY and SECONDARY aliases of Route 53's failover routing. */
function failover(topology: Topology): RecordSet[] {
  return topology.clusters.map(cluster => ({
    Name: `${topology.failoverName}.`,
    Type: 'A' as const,
    ...(topology.clusters.length === 1
      ? {}
      : { SetIdentifier: cluster.name, Failover: failoverRole[cluster.role] }),
    AliasTarget: {
      HostedZoneId: balancerZoneId,
      DNSName: `${balancerDnsName(cluster.name, topology.domain)}.`,
      EvaluateTargetHealth: true,
    },
  }))
}

const failoverRole = { primary: 'PRIMARY', secondary: 'SECONDARY' } as const satisfies Record<
  Cluster['role'],
  string
>
