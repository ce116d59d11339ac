import type { DescribeVpcAttributeRequest, DescribeVpcAttributeResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { vpcOf } from './network.ts'

/** Names are answered by our DNS servers, whatever the VPC. */
export const describeVpcAttribute: Operation<
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult
> = async ({ Attribute, VpcId }, { store }) => {
  vpcOf(store.read(), VpcId)
  return {
    VpcId,
    ...(Attribute === 'enableDnsSupport' ? { EnableDnsSupport: { Value: true } } : {}),
    ...(Attribute === 'enableDnsHostnames' ? { EnableDnsHostnames: { Value: false } } : {}),
    ...(Attribute === 'enableNetworkAddressUsageMetrics'
      ? { EnableNetworkAddressUsageMetrics: { Value: false } }
      : {}),
  }
}
