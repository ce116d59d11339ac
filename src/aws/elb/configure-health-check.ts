import type {
  ConfigureHealthCheckInput,
  ConfigureHealthCheckOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { ClassicSettings } from '../../resources/load-balancing.ts'
import type { Operation } from '../operation.ts'
import { changeClassic, withSettings } from './classic-change.ts'
import { parseHealthTarget } from './health-target.ts'
import { refuse } from './refusal.ts'

export const configureHealthCheck: Operation<ConfigureHealthCheckInput, ConfigureHealthCheckOutput> = async (
  { LoadBalancerName, HealthCheck: given },
  context,
) => {
  const { Target = '', Interval = 0, Timeout = 0, UnhealthyThreshold = 0, HealthyThreshold = 0 } = given
  parseHealthTarget(Target)
  if (Timeout >= Interval)
    throw refuse(
      'ValidationError',
      `HealthCheck timeout '${Timeout}' must be less than interval '${Interval}'`,
    )
  const HealthCheck: ClassicSettings['HealthCheck'] = {
    Target,
    Interval,
    Timeout,
    UnhealthyThreshold,
    HealthyThreshold,
  }
  await changeClassic(context, LoadBalancerName, document => ({
    document: withSettings(document, { HealthCheck }),
  }))
  return { HealthCheck }
}
