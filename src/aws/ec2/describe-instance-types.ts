import type {
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allInstances, instanceTypeDefault } from './instance.ts'
import { pageOf } from './page.ts'

/**
 * A type is a name here: a node has the processors of the machine and the memory of its configuration. So nothing is told of sizes, and that
 * types have none of what could be turned on. All that instances have, when none is named.
 */
export const describeInstanceTypes: Operation<
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult
> = async (input, { store }) => {
  const used = allInstances(store.read()).map(({ Instance }) => Instance.InstanceType ?? instanceTypeDefault)
  const names = new Set<string>(
    input.InstanceTypes?.length ? input.InstanceTypes : [instanceTypeDefault, ...used],
  )
  const types = [...names].map(name => ({
    info: { ...traits, InstanceType: name as InstanceTypeInfo['InstanceType'] },
    Tags: [],
  }))
  const found = filtered(types, input.Filters, {
    'instance-type': ({ info }) => [info.InstanceType],
    'current-generation': ({ info }) => [String(info.CurrentGeneration)],
    'bare-metal': ({ info }) => [String(info.BareMetal)],
    'burstable-performance-supported': ({ info }) => [String(info.BurstablePerformanceSupported)],
    'supported-usage-class': ({ info }) => info.SupportedUsageClasses,
    'supported-virtualization-type': ({ info }) => info.SupportedVirtualizationTypes,
    'processor-info.supported-architecture': ({ info }) => info.ProcessorInfo.SupportedArchitectures,
  })
  const { items, next } = pageOf(found, ({ info }) => info.InstanceType ?? '', input)
  return { InstanceTypes: items.map(({ info }) => info), ...next }
}

const traits = {
  CurrentGeneration: true,
  FreeTierEligible: false,
  BareMetal: false,
  HibernationSupported: false,
  BurstablePerformanceSupported: false,
  DedicatedHostsSupported: false,
  AutoRecoverySupported: false,
  InstanceStorageSupported: false,
  SupportedUsageClasses: ['on-demand' as const],
  SupportedVirtualizationTypes: ['hvm' as const],
  // As of the image.
  ProcessorInfo: { SupportedArchitectures: ['x86_64' as const] },
}
