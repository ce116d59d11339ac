import type {
  TargetHealth,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/** How a target is, in the words of DescribeTargetHealth. Reason and description are absent exactly when it is healthy. */
export interface HealthWords {
  readonly state: TargetHealthStateEnum
  readonly reason?: TargetHealthReasonEnum
  readonly description?: string
}

/** All that is ever told of a target's health: by the balancer that looks at it, and by the API where no balancer tells. */
export const healthWords = {
  healthy: { state: 'healthy' },
  draining: {
    state: 'draining',
    reason: 'Target.DeregistrationInProgress',
    description: 'Target deregistration is in progress',
  },
  registering: {
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  },
  initial: {
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
  },
  unhealthy: {
    state: 'unhealthy',
    reason: 'Target.FailedHealthChecks',
    description: 'Health checks failed',
  },
  unhealthyDraining: {
    state: 'unhealthy.draining',
    reason: 'Target.FailedHealthChecks',
    description: 'Health checks failed',
  },
  unavailable: {
    state: 'unavailable',
    reason: 'Elb.InternalError',
    description: 'Health checks failed due to an internal error',
  },
  noBalancer: {
    state: 'unavailable',
    reason: 'Elb.InternalError',
    description: 'No process of the load balancer is running',
  },
  notRegistered: {
    state: 'unused',
    reason: 'Target.NotRegistered',
    description: 'Target is not registered to the target group',
  },
  notInUse: {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  },
  zoneNotEnabled: {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target is in an Availability Zone that is not enabled for the load balancer',
  },
  stopped: {
    state: 'unused',
    reason: 'Target.InvalidState',
    description: 'Target is in the stopped state',
  },
  terminated: {
    state: 'unused',
    reason: 'Target.InvalidState',
    description: 'Target is in the terminated state',
  },
  addressOfBalancer: {
    state: 'unused',
    reason: 'Target.IpUnusable',
    description: 'The IP address cannot be used as a target, as it is in use by a load balancer',
  },
} as const satisfies Readonly<Record<string, HealthWords>>

/** In AWS's spelling. */
export function shownHealth({
  state,
  reason,
  description,
}: HealthWords): TargetHealth & { State: HealthWords['state'] } {
  return {
    State: state,
    ...(reason === undefined ? {} : { Reason: reason }),
    ...(description === undefined ? {} : { Description: description }),
  }
}
