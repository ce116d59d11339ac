import {
  balancerZoneId,
  type HostedZoneDocument,
  hostedZoneKey,
  type RecordSetDocument,
  recordSetKey,
} from '../resources/dns.ts'
import type { BalancerStatus } from '../resources/status.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Snapshot } from '../store/store.ts'
import { clusterDocuments } from './cluster-documents.ts'

export type RecordSetFields = RecordSetDocument['ResourceRecordSet']

export const demoZoneId = 'Z1DEMO'

/** A hosted zone and its record sets, by key. */
export function zoneDocuments(
  Id: string,
  Name: string,
  recordSets: readonly RecordSetFields[],
): Record<string, object> {
  const zone: HostedZoneDocument = { HostedZone: { Id, Name, CallerReference: 'test' } }
  const documents: Record<string, object> = { [hostedZoneKey(Id)]: zone }
  for (const recordSet of recordSets) {
    const key = recordSetKey(Id, recordSet.Name, recordSet.Type, recordSet.SetIdentifier ?? '')
    documents[key] = { ResourceRecordSet: recordSet } satisfies RecordSetDocument
  }
  return documents
}

export function values(Name: string, Type: RecordSetFields['Type'], ...found: string[]): RecordSetFields {
  return { Name, Type, TTL: 300, ResourceRecords: found.map(Value => ({ Value })) }
}

export function failoverAlias(Failover: 'PRIMARY' | 'SECONDARY', cluster: string): RecordSetFields {
  return {
    Name: 'data.demo.test.',
    Type: 'A',
    SetIdentifier: cluster,
    Failover,
    AliasTarget: {
      HostedZoneId: balancerZoneId,
      DNSName: `${cluster}.elb.demo.test.`,
      EvaluateTargetHealth: true,
    },
  }
}

const authority: readonly RecordSetFields[] = [
  {
    ...values('demo.test.', 'SOA', 'ns1.demo.test. hostmaster.demo.test. 1 7200 900 1209600 86400'),
    TTL: 900,
  },
  values('demo.test.', 'NS', 'ns1.demo.test.'),
  values('ns1.demo.test.', 'A', '127.0.0.1'),
]

/** Active and passive cluster, two zones each, and `data.demo.test.` over both. `extra` adds record sets to demo.test. */
export function failoverDocuments(extra: readonly RecordSetFields[] = []): Record<string, object> {
  const settings: TopologySettings = {
    name: 'demo',
    domain: 'demo.test',
    hostedZoneId: demoZoneId,
    dns: { addresses: ['127.0.0.1'], port: 0, ttlSeconds: 5 },
    controlPort: 8400,
    failoverName: 'data.demo.test',
    database: 'demo',
    ports: { odbc: 9996, web: 9090 },
  }
  return {
    ...clusterDocuments(),
    ...clusterDocuments({
      name: 'passive',
      zones: {
        a: { balancer: '127.0.2.1', nodes: ['127.0.2.11'] },
        b: { balancer: '127.0.2.2', nodes: ['127.0.2.21'] },
      },
      ports: settings.ports,
    }),
    [topologySettingsKey]: settings,
    ...zoneDocuments(demoZoneId, 'demo.test.', [
      ...authority,
      failoverAlias('PRIMARY', 'active'),
      failoverAlias('SECONDARY', 'passive'),
      ...extra,
    ]),
  }
}

export async function snapshotOf(documents: Readonly<Record<string, object>>): Promise<Snapshot> {
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  return store.read()
}

/** What a balancer of `clusterDocuments` reports: every target of its cluster, healthy but those of the zones named. */
export function balancerReport(cluster: string, unhealthyZones: readonly string[] = []): BalancerStatus {
  const targets = ['odbc', 'web'].flatMap(kind =>
    ['a', 'b'].map(zone => ({
      TargetGroupArn: `arn:${cluster}-${kind}`,
      Target: { Id: `i-${zone}`, Port: kind === 'odbc' ? 9996 : 9090, AvailabilityZone: zone },
      TargetHealth: { State: unhealthyZones.includes(zone) ? ('unhealthy' as const) : ('healthy' as const) },
      Evidence: '',
    })),
  )
  return { engine: 'userspace', engineReason: '', listeners: [], targets }
}
