import type { DescribeInstanceAttributeRequest, InstanceAttribute } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { instanceOf, instanceTypeDefault } from './instance.ts'

export const describeInstanceAttribute: Operation<
  DescribeInstanceAttributeRequest,
  InstanceAttribute
> = async ({ InstanceId, Attribute }, { store }) => {
  const { Instance, GivenUserData = '', DisableApiTermination = false } = instanceOf(store.read(), InstanceId)
  switch (Attribute) {
    case 'userData':
      return { InstanceId, UserData: GivenUserData === '' ? {} : { Value: GivenUserData } }
    case 'instanceType':
      return { InstanceId, InstanceType: { Value: Instance.InstanceType ?? instanceTypeDefault } }
    case 'disableApiTermination':
      return { InstanceId, DisableApiTermination: { Value: DisableApiTermination } }
    case 'disableApiStop':
      return { InstanceId, DisableApiStop: { Value: false } }
    case 'groupSet':
      return { InstanceId, Groups: [...(Instance.SecurityGroups ?? [])] }
    case 'sourceDestCheck':
      return { InstanceId, SourceDestCheck: { Value: true } }
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceId, InstanceInitiatedShutdownBehavior: { Value: 'stop' } }
    // What no instance of ours has, as AWS says it of one without.
    case 'ebsOptimized':
      return { InstanceId, EbsOptimized: { Value: false } }
    case 'enaSupport':
      return { InstanceId, EnaSupport: { Value: false } }
    case 'enclaveOptions':
      return { InstanceId, EnclaveOptions: { Enabled: false } }
    case 'blockDeviceMapping':
      return { InstanceId, BlockDeviceMappings: [] }
    case 'productCodes':
      return { InstanceId, ProductCodes: [] }
    case 'kernel':
      return { InstanceId, KernelId: {} }
    case 'ramdisk':
      return { InstanceId, RamdiskId: {} }
    case 'rootDeviceName':
      return { InstanceId, RootDeviceName: {} }
    case 'sriovNetSupport':
      return { InstanceId, SriovNetSupport: {} }
  }
}
