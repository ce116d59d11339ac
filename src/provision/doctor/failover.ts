import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Wanted } from '../wanted.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observe.ts'

/** PRIMARY and SECONDARY, each able to be found ill: an alias that evaluates its target's health, or a health check. */
export function examineFailover({ dns }: Wanted, { hostedZoneId, records }: Observation): Finding[] {
  if (hostedZoneId === undefined) {
    return [
      {
        what: `there is no hosted zone ${dns.zone}`,
        mend: `aws route53 create-hosted-zone --name ${dns.zone} --caller-reference "$(date)"`,
      },
    ]
  }
  const isPair = dns.records.length > 1
  return dns.records.flatMap(({ failover }) => {
    const record = isPair ? records.find(({ Failover }) => Failover === failover) : records[0]
    const called = failover === undefined ? 'record' : `${failover} record`
    if (record === undefined)
      return [{ what: `${dns.name} has no ${called}: nothing fails over`, mend: 'everport apply FILE' }]
    if (canBeIll(record) || failover === 'SECONDARY') return []
    return [
      {
        what: `the ${called} of ${dns.name} neither evaluates its target’s health nor has a health check: it is always taken for healthy`,
        mend: `aws route53 change-resource-record-sets --hosted-zone-id ${hostedZoneId} --change-batch …   # with "EvaluateTargetHealth": true`,
      },
    ]
  })
}

function canBeIll({ AliasTarget, HealthCheckId }: ResourceRecordSet): boolean {
  return AliasTarget?.EvaluateTargetHealth === true || HealthCheckId !== undefined
}
