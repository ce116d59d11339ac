import type { ActivitiesType, DescribeScalingActivitiesType } from '@aws-sdk/client-auto-scaling'
import { type ScalingActivityDocument, scalingActivityPrefix } from '../../resources/scaling.ts'
import type { Operation } from '../operation.ts'
import { allScalingGroups } from './group.ts'

/** Newest first. */
export const describeScalingActivities: Operation<DescribeScalingActivitiesType, ActivitiesType> = async (
  { AutoScalingGroupName: name, MaxRecords = 100, ActivityIds = [] },
  { store },
) => {
  const snapshot = store.read()
  const groups = allScalingGroups(snapshot).filter(
    group => name === undefined || group.AutoScalingGroupName === name,
  )
  const activities = groups.flatMap(({ AutoScalingGroupName, AutoScalingGroupARN }) =>
    snapshot
      .list<ScalingActivityDocument>(scalingActivityPrefix(AutoScalingGroupName))
      .map(({ key, value }) => ({
        ActivityId: key.slice(scalingActivityPrefix(AutoScalingGroupName).length),
        AutoScalingGroupName,
        AutoScalingGroupARN,
        Description: value.Description,
        Cause: value.Cause,
        StartTime: new Date(value.At),
        EndTime: new Date(value.At),
        StatusCode: value.Failure === undefined ? ('Successful' as const) : ('Failed' as const),
        ...(value.Failure === undefined ? {} : { StatusMessage: value.Failure }),
        Progress: 100,
      })),
  )
  const asked = activities.filter(
    ({ ActivityId }) => ActivityIds.length === 0 || ActivityIds.includes(ActivityId),
  )
  return {
    Activities: asked.sort((a, b) => b.StartTime.getTime() - a.StartTime.getTime()).slice(0, MaxRecords),
  }
}
