import { type RecordSetDocument, recordSetPrefix } from '../../resources/dns.ts'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import { balancerRoleName } from '../../resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  type ProcessStatus,
  processStatusKey,
} from '../../resources/status.ts'
import type { FailoverName } from '../../resources/switching.ts'
import type { Snapshot } from '../../store/store.ts'

/** What stands in the store behind a switch: of every balancer that the name's records lead to, its process and its unhealthy targets. */
export function switchEvidence(snapshot: Snapshot, { zoneId, name, type }: FailoverName): string[] {
  const targets = new Set(
    snapshot
      .list<RecordSetDocument>(`${recordSetPrefix(zoneId)}${name}/${type}/`)
      .map(({ value }) => withoutDot(value.ResourceRecordSet.AliasTarget?.DNSName ?? '')),
  )
  return snapshot
    .list<LoadBalancerDocument>('elbv2/load-balancer/')
    .filter(({ value }) => targets.has(withoutDot(value.LoadBalancer.DNSName)))
    .flatMap(({ value: { LoadBalancer } }) =>
      LoadBalancer.AvailabilityZones.flatMap(({ ZoneName: zone = '' }) =>
        zoneEvidence(snapshot, LoadBalancer.LoadBalancerName, zone),
      ),
    )
}

function zoneEvidence(snapshot: Snapshot, loadBalancer: string, zone: string): string[] {
  const role = balancerRoleName(loadBalancer, zone)
  const process = snapshot.get<ProcessStatus>(processStatusKey(role))?.value
  const status = snapshot.get<BalancerStatus>(balancerStatusKey(loadBalancer, zone))?.value
  const word =
    process === undefined || process.state === 'running'
      ? []
      : [`${role}: ${process.state}${process.reason === undefined ? '' : ` (${process.reason})`}`]
  const silent = status === undefined ? [`${role}: has said nothing`] : []
  const targets = (status?.targets ?? [])
    .filter(({ TargetHealth }) => TargetHealth.State !== 'healthy' && TargetHealth.State !== 'unused')
    .map(({ Target, TargetHealth, Evidence }) => {
      const why = [TargetHealth.Description, Evidence]
        .filter(part => part !== undefined && part !== '')
        .join(': ')
      return `${role}: ${Target.Id}:${Target.Port} ${TargetHealth.State}${why === '' ? '' : ` (${why})`}`
    })
  return [...word, ...silent, ...targets]
}

function withoutDot(name: string): string {
  return name
    .toLowerCase()
    .replace(/^dualstack\./, '')
    .replace(/\.$/, '')
}
