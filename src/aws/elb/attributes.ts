import type { AdditionalAttribute, LoadBalancerAttributes } from '@aws-sdk/client-elastic-load-balancing'
import type { ClassicSettings } from '../../resources/load-balancing.ts'
import { refuse } from './refusal.ts'

type Attributes = ClassicSettings['Attributes']

const desyncKey = 'elb.http.desyncmitigationmode'
const desyncModes = ['monitor', 'defensive', 'strictest']
const drainingSeconds = { min: 1, max: 3_600, default: 300 }

/** Of a new load balancer (Classic API, LoadBalancerAttributes). */
export const newAttributes: Attributes = {
  CrossZoneLoadBalancing: { Enabled: false },
  ConnectionDraining: { Enabled: false, Timeout: drainingSeconds.default },
  ConnectionSettings: { IdleTimeout: 60 },
  AdditionalAttributes: [{ Key: desyncKey, Value: 'defensive' }],
}

export function withAttributes(before: Attributes, given: LoadBalancerAttributes): Attributes {
  const { CrossZoneLoadBalancing, AccessLog, ConnectionDraining, ConnectionSettings } = given
  if (AccessLog?.Enabled === true)
    throw refuse(
      'InvalidConfigurationRequest',
      'Access logs in S3 are not served here; AccessLog must be off',
    )
  const { Enabled = before.ConnectionDraining.Enabled, Timeout = before.ConnectionDraining.Timeout } =
    ConnectionDraining ?? {}
  const { min, max, default: seconds } = drainingSeconds
  const timeout = Timeout ?? seconds
  if (timeout < min || timeout > max)
    throw refuse(
      'ValidationError',
      `Connection draining timeout '${timeout}' must be between '${min}-${max}' inclusive`,
    )
  return {
    CrossZoneLoadBalancing: {
      Enabled: CrossZoneLoadBalancing?.Enabled ?? before.CrossZoneLoadBalancing.Enabled,
    },
    ConnectionDraining: { Enabled, Timeout: timeout },
    ConnectionSettings: {
      IdleTimeout: ConnectionSettings?.IdleTimeout ?? before.ConnectionSettings.IdleTimeout,
    },
    AdditionalAttributes: additional(before.AdditionalAttributes, given.AdditionalAttributes ?? []),
  }
}

/** Requests that could be read in two ways are refused in every mode; the mode is kept for who asks. */
function additional(
  before: readonly AdditionalAttribute[],
  given: readonly AdditionalAttribute[],
): AdditionalAttribute[] {
  for (const { Key = '', Value = '' } of given) {
    if (Key !== desyncKey)
      throw refuse('InvalidConfigurationRequest', `Load balancer attribute '${Key}' is not supported`)
    if (!desyncModes.includes(Value))
      throw refuse('ValidationError', `'${Key}' value '${Value}' must be one of '${desyncModes.join(', ')}'`)
  }
  return given.length === 0 ? [...before] : given.map(({ Key, Value }) => ({ Key, Value }))
}

/** As AWS tells them, with the logs that there are not. */
export const shownAttributes = (attributes: Attributes): LoadBalancerAttributes => ({
  ...attributes,
  AccessLog: { Enabled: false },
  AdditionalAttributes: [...attributes.AdditionalAttributes],
})
