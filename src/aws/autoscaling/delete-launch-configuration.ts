import type { LaunchConfigurationNameType } from '@aws-sdk/client-auto-scaling'
import { launchConfigurationKey } from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { allScalingGroups, launchConfigurationOf } from './group.ts'
import { refuse } from './refuse.ts'

export const deleteLaunchConfiguration: Operation<LaunchConfigurationNameType, object> = async (
  { LaunchConfigurationName: name },
  { store },
) => {
  await commitPlanned(store, snapshot => {
    launchConfigurationOf(snapshot, name)
    const user = allScalingGroups(snapshot).find(group => group.LaunchConfigurationName === name)
    if (user !== undefined)
      throw refuse(
        'ResourceInUse',
        `Cannot delete launch configuration ${name} because it is attached to AutoScalingGroup ${user.AutoScalingGroupName}`,
      )
    return { changes: [{ key: launchConfigurationKey(name), value: undefined }], answer: undefined }
  })
  return {}
}
