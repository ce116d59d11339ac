import { balancerZoneId } from '../../resources/dns.ts'
import { isAtOrBelow } from '../wire/name.ts'
import { type Fields, type PlannedChange, setsAt, type WorkingZone } from './planned-change.ts'
import { readRecordName } from './record-name.ts'

/**
 * | alias zone            | target                                      |         |
 * |-----------------------|---------------------------------------------|---------|
 * | the record's own      | outside the zone                            | refused |
 * | "                     | no record of that name and type yet         | refused |
 * | "                     | itself, or what leads back to it            | refused |
 * | the load balancers'   | no load balancer of that name, or no A/AAAA | refused |
 * | any other             | any                                         | refused |
 */
export function* aliasProblems({ name, set }: PlannedChange, zone: WorkingZone): Iterable<string> {
  const { AliasTarget } = set
  if (AliasTarget === undefined) return
  const target = AliasTarget.DNSName ?? ''
  const tried = `Tried to create an alias that targets ${target}, type ${set.Type} in zone ${AliasTarget.HostedZoneId}`
  if (set.Type === 'NS' || set.Type === 'SOA')
    yield `RRSet of type ${set.Type} with DNS name ${name.text} cannot be an alias`
  const found = readRecordName(target)
  if (typeof found === 'string') {
    yield found
    return
  }
  if (AliasTarget.HostedZoneId === balancerZoneId) {
    const isAddress = set.Type === 'A' || set.Type === 'AAAA'
    if (!isAddress || !zone.known.hasBalancer(balancerName(target)))
      yield `${tried}, but that target was not found`
  } else if (AliasTarget.HostedZoneId !== zone.id || !isAtOrBelow(found.key, zone.apex)) {
    yield `${tried}, but the alias target name does not lie within the target zone`
  } else if (isSame(target, set) || leadsTo(zone, target, set)) {
    yield `${tried}, but that target leads back to the alias`
  } else if (!setsAt(zone, target).some(({ Type }) => Type === set.Type)) {
    yield `${tried}, but that target was not found`
  }
}

function isSame(target: string, { Name }: Fields): boolean {
  return target === Name
}

function balancerName(target: string): string {
  return target.replace(/\.$/, '').replace(/^dualstack\./, '')
}

/** Whether some alias below `from` leads to the name of `set`. Each name is looked at once. */
function leadsTo(zone: WorkingZone, from: string, set: Fields): boolean {
  const seen = new Set([from])
  for (const at of seen) {
    for (const { Type, AliasTarget } of setsAt(zone, at)) {
      if (Type !== set.Type || AliasTarget?.DNSName === undefined || AliasTarget.HostedZoneId !== zone.id)
        continue
      if (AliasTarget.DNSName === set.Name) return true
      seen.add(AliasTarget.DNSName)
    }
  }
  return false
}
