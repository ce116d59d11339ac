import type { LaunchConfigurationNamesType, LaunchConfigurationsType } from '@aws-sdk/client-auto-scaling'
import { type LaunchConfigurationDocument, launchConfigurationPrefix } from '../../resources/scaling.ts'
import { instanceTypeDefault } from '../ec2/instance.ts'
import type { Operation } from '../operation.ts'
import { pageOf } from './page.ts'

export const describeLaunchConfigurations: Operation<
  LaunchConfigurationNamesType,
  LaunchConfigurationsType
> = async (input, { store }) => {
  const names = input.LaunchConfigurationNames ?? []
  const all = store.read().list<LaunchConfigurationDocument>(launchConfigurationPrefix)
  const asked = all
    .map(({ value }) => value)
    .filter(({ LaunchConfigurationName }) => names.length === 0 || names.includes(LaunchConfigurationName))
  const { items, next } = pageOf(asked, ({ LaunchConfigurationName }) => LaunchConfigurationName, input)
  return {
    LaunchConfigurations: items.map(
      ({ SecurityGroups, CreatedTime, UserData = '', InstanceType, ...shown }) => ({
        ...shown,
        UserData,
        InstanceType: InstanceType ?? instanceTypeDefault,
        SecurityGroups: [...SecurityGroups],
        CreatedTime: new Date(CreatedTime),
        BlockDeviceMappings: [],
        EbsOptimized: false,
      }),
    ),
    ...next,
  }
}
