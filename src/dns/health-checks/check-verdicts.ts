import { unreachable } from '../../base/assert.ts'
import type { CheckSettings } from './check-settings.ts'
import type { CheckVerdict, CheckVerdicts } from './check-verdict.ts'
import { combine, type Sight, type Vote } from './combine.ts'

/** What is seen of each endpoint, by health check id: kept from one time to the next. */
export type Sights = ReadonlyMap<string, Sight>

export function sightsOf(
  checks: readonly CheckSettings[],
  votesOf: (id: string, fingerprint: string) => readonly Vote[],
  before: Sights,
): Sights {
  const sights = new Map<string, Sight>()
  for (const check of checks)
    if (check.kind === 'endpoint' && !check.disabled) {
      const { id, fingerprint, quorumPercent } = check
      sights.set(id, combine(votesOf(id, fingerprint), quorumPercent, before.get(id)))
    }
  return sights
}

/**
 * What each health check says in the end. A new endpoint is seen healthy, so that an inverted check of it is unhealthy until there is
 * enough data (AWS).
 *
 * | check                | seen as                                                                  |
 * |----------------------|--------------------------------------------------------------------------|
 * | disabled             | healthy                                                                  |
 * | endpoint             | by the votes of the vantage points                                       |
 * | calculated           | healthy when `HealthThreshold` children or more are healthy; a child     |
 * |                      | that is gone, or calculated itself, counts as none                       |
 * | of a foreign service | as that service's default                                                |
 *
 * | inverted | seen healthy | seen unhealthy |
 * |----------|--------------|----------------|
 * | no       | healthy      | unhealthy      |
 * | yes      | unhealthy    | healthy        |
 */
export function checkVerdicts(checks: readonly CheckSettings[], sights: Sights): CheckVerdicts {
  const verdicts = new Map<string, CheckVerdict>()
  for (const check of checks)
    if (check.kind !== 'calculated') verdicts.set(check.id, inverted(check, seen(check, sights, verdicts)))
  const simple: CheckVerdicts = new Map(verdicts)
  for (const check of checks)
    if (check.kind === 'calculated') verdicts.set(check.id, inverted(check, seen(check, sights, simple)))
  return verdicts
}

function seen(check: CheckSettings, sights: Sights, simple: CheckVerdicts): CheckVerdict {
  if (check.disabled) return { healthy: true, reason: 'health check is disabled' }
  switch (check.kind) {
    case 'endpoint': {
      const { healthy, reason } = sights.get(check.id) ?? combine([], check.quorumPercent, undefined)
      return { healthy, reason }
    }
    case 'calculated': {
      const healthy = check.children.filter(child => simple.get(child)?.healthy === true).length
      const reason = `${healthy} of ${check.children.length} children healthy, ${check.healthThreshold} wanted`
      return { healthy: healthy >= check.healthThreshold, reason }
    }
    case 'foreign':
      return { healthy: check.healthy, reason: check.reason }
    default:
      return unreachable(check)
  }
}

function inverted(check: CheckSettings, { healthy, reason }: CheckVerdict): CheckVerdict {
  return check.inverted ? { healthy: !healthy, reason: `inverted: ${reason}` } : { healthy, reason }
}
