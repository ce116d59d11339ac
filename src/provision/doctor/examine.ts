import type { Wanted } from '../wanted.ts'
import { examineAdvertisedHosts } from './advertised-hosts.ts'
import { examineFailover } from './failover.ts'
import type { Finding } from './finding.ts'
import { examineListeners } from './listeners.ts'
import type { Observation } from './observe.ts'
import { examineSecurityGroups } from './security-groups.ts'
import { examineTargets } from './targets.ts'

/** Everything that the guide warns of, in its order. Nothing found: all is as the topology says. */
export function examine(wanted: Wanted, observed: Observation): Finding[] {
  const findings = [
    ...wanted.clusters.flatMap(cluster => [
      ...examineTargets(cluster, observed),
      ...examineSecurityGroups(cluster, observed),
      ...examineListeners(cluster, observed),
      ...examineAdvertisedHosts(cluster, observed),
    ]),
    ...examineFailover(wanted, observed),
  ]
  // What two clusters share is told once.
  return [...new Map(findings.map(finding => [finding.what, finding])).values()]
}
