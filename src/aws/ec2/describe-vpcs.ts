import type { DescribeVpcsRequest, DescribeVpcsResult, Vpc } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allVpcs, type KnownVpc, noVpc } from './network.ts'
import { namedOnly, pageOf } from './page.ts'

export const describeVpcs: Operation<DescribeVpcsRequest, DescribeVpcsResult> = async (input, { store }) => {
  const vpcs = namedOnly(allVpcs(store.read()), input.VpcIds, ({ VpcId }) => VpcId, noVpc)
  const found = filtered(vpcs, input.Filters, {
    'vpc-id': vpc => [vpc.VpcId],
    cidr: vpc => [vpc.CidrBlock],
    'cidr-block-association.cidr-block': vpc => [vpc.CidrBlock],
    'is-default': vpc => [String(vpc.IsDefault === true)],
    isDefault: vpc => [String(vpc.IsDefault === true)],
    'owner-id': vpc => [vpc.OwnerId],
    state: vpc => [vpc.State],
  })
  const { items, next } = pageOf(found, ({ VpcId }) => VpcId, input)
  return { Vpcs: items.map(shownVpc), ...next }
}

export function shownVpc(vpc: KnownVpc): Vpc {
  const { VpcId, CidrBlock } = vpc
  const AssociationId = `vpc-cidr-assoc-${VpcId.slice('vpc-'.length)}`
  return {
    ...vpc,
    DhcpOptionsId: 'default',
    CidrBlockAssociationSet: [{ AssociationId, CidrBlock, CidrBlockState: { State: 'associated' } }],
  }
}
