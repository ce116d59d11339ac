import type { CreateLaunchConfigurationType } from '@aws-sdk/client-auto-scaling'
import { type LaunchConfigurationDocument, launchConfigurationKey } from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import { nodeImageId } from '../ec2/describe-images.ts'
import { groupOf } from '../ec2/network.ts'
import { givenUserData } from '../ec2/node-config.ts'
import type { Operation } from '../operation.ts'
import { refuseName } from './group.ts'
import { refuse } from './refuse.ts'

/** Mistakes in its user data are told here, not at each launch. */
export const createLaunchConfiguration: Operation<CreateLaunchConfigurationType, object> = async (
  input,
  { store, wallMs, accountId, region },
) => {
  const {
    LaunchConfigurationName: name,
    ImageId,
    SecurityGroups = [],
    UserData,
    InstanceType,
    KeyName,
  } = input
  refuseName(name)
  if (ImageId !== nodeImageId)
    throw refuse('ValidationError', `The image ${ImageId ?? ''} does not exist. There is ${nodeImageId}.`)
  givenUserData(UserData)
  await commitPlanned(store, snapshot => {
    if (snapshot.get(launchConfigurationKey(name)) !== undefined)
      throw refuse(
        'AlreadyExists',
        `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
      )
    for (const id of SecurityGroups) groupOf(snapshot, id)
    const value: LaunchConfigurationDocument = {
      LaunchConfigurationName: name,
      LaunchConfigurationARN: `arn:aws:autoscaling:${region}:${accountId}:launchConfiguration::launchConfigurationName/${name}`,
      ImageId,
      ...(InstanceType === undefined ? {} : { InstanceType }),
      ...(KeyName === undefined ? {} : { KeyName }),
      ...(UserData === undefined ? {} : { UserData }),
      SecurityGroups,
      CreatedTime: new Date(wallMs()).toISOString(),
    }
    return { changes: [{ key: launchConfigurationKey(name), value }], answer: undefined }
  })
  return {}
}
