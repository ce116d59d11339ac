import type { DescribeAccountAttributesRequest, DescribeAccountAttributesResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { ec2Limits } from './limits.ts'
import { defaultVpc } from './network.ts'

export const describeAccountAttributes: Operation<
  DescribeAccountAttributesRequest,
  DescribeAccountAttributesResult
> = async ({ AttributeNames = [] }, { store }) => {
  const all: Readonly<Record<string, string>> = {
    'supported-platforms': 'VPC',
    'default-vpc': defaultVpc(store.read())?.VpcId ?? 'none',
    'max-instances': String(ec2Limits.instancesMax),
    'vpc-max-security-groups-per-interface': String(ec2Limits.securityGroupsPerInstanceMax),
    'vpc-max-elastic-ips': String(ec2Limits.elasticAddressesMax),
    'max-elastic-ips': String(ec2Limits.elasticAddressesMax),
  }
  const asked = Object.entries(all).filter(
    ([name]) => AttributeNames.length === 0 || AttributeNames.some(one => one === name),
  )
  return {
    AccountAttributes: asked.map(([AttributeName, AttributeValue]) => ({
      AttributeName,
      AttributeValues: [{ AttributeValue }],
    })),
  }
}
