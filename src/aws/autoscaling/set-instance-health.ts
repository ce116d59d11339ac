import type { SetInstanceHealthQuery } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { changeMembers } from './member-change.ts'
import { refuse } from './refuse.ts'

export const setInstanceHealth: Operation<SetInstanceHealthQuery, object> = async (
  { InstanceId, HealthStatus },
  context,
) => {
  if (HealthStatus !== 'Healthy' && HealthStatus !== 'Unhealthy')
    throw refuse(
      'ValidationError',
      `Valid instance health states are: [Healthy, Unhealthy]. ${HealthStatus} is none.`,
    )
  await changeMembers(context, [InstanceId], ({ IsUnhealthy: _before, ...membership }) =>
    HealthStatus === 'Healthy' ? membership : { ...membership, IsUnhealthy: true },
  )
  return {}
}
