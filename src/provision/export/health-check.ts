import { healthCheckFields } from '../../topology/desired-balancing.ts'
import type { WantedGroup } from '../wanted.ts'

/** AWS's fields of a group's health check, in an order of their own. */
export function awsHealthCheck({ healthCheck }: WantedGroup) {
  const fields: ReturnType<typeof healthCheckFields> & {
    readonly HealthCheckPath?: string
    readonly Matcher?: { readonly HttpCode: string }
  } = healthCheckFields(healthCheck)
  return fields
}
