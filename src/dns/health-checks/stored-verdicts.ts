import {
  type HealthCheckDocument,
  type HealthStatus,
  healthCheckPrefix,
  healthStatusPrefix,
} from '../../resources/health-checks.ts'
import type { Snapshot } from '../../store/store.ts'
import { checkSettings } from './check-settings.ts'
import type { CheckVerdict, CheckVerdicts } from './check-verdict.ts'
import { checkVerdicts, sightsOf } from './check-verdicts.ts'
import type { Vote } from './combine.ts'

/** What the living vantage points last told together, for one who is none of them. `isAlive` is asked with keys of status documents. */
export function storedVerdicts(
  snapshot: Snapshot,
  isAlive: (statusKey: string) => boolean,
): (id: string) => CheckVerdict {
  const settings = snapshot
    .list<HealthCheckDocument>(healthCheckPrefix)
    .map(({ value }) => checkSettings(value))
  const voters = snapshot
    .list<HealthStatus>(healthStatusPrefix)
    .filter(({ key }) => isAlive(key))
    .map(({ key, value }) => ({ vantage: key.slice(healthStatusPrefix.length), opinions: value.opinions }))
  const votesOf = (id: string, fingerprint: string): Vote[] =>
    voters.flatMap(({ vantage, opinions }) => {
      const found = opinions[id]
      if (found === undefined || found.fingerprint !== fingerprint || found.withheld === true) return []
      return [{ vantage, opinion: found.opinion, evidence: found.evidence }]
    })
  const verdicts: CheckVerdicts = checkVerdicts(settings, sightsOf(settings, votesOf, new Map()))
  return id => verdicts.get(id) ?? { healthy: true, reason: `there is no health check ${id}` }
}
