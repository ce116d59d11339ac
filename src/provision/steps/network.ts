import { EverportError } from '../../base/errors.ts'
import type { Provisioning } from '../provisioning.ts'
import { sent } from '../provisioning.ts'
import type { Step } from '../step.ts'

/** Looks up the VPC and one subnet a zone. They are the account's: never made, changed or deleted. */
export const network: Step = { apply: findNetwork, destroy: findNetwork }

async function findNetwork({ call, wanted, found }: Provisioning): Promise<void> {
  const { vpc } = wanted.topology.aws
  const { Vpcs = [] } = await call(
    'ec2',
    'DescribeVpcs',
    vpc === undefined ? { Filters: [{ Name: 'is-default', Values: ['true'] }] } : { VpcIds: [vpc] },
  )
  const [first] = Vpcs
  if (first === undefined) {
    throw new EverportError('not_found', `no default VPC in ${wanted.topology.region}`, {
      hint: 'name the VPC to use in the topology file: aws: { vpc: vpc-… }',
    })
  }
  const VpcId = sent(first.VpcId, 'a VPC id')
  const ranges = (first.CidrBlockAssociationSet ?? [])
    .filter(({ CidrBlockState }) => (CidrBlockState?.State ?? 'associated') === 'associated')
    .flatMap(({ CidrBlock }) => (CidrBlock === undefined ? [] : [CidrBlock]))
  found.vpc = { id: VpcId, cidrs: ranges.length > 0 ? ranges : [sent(first.CidrBlock, 'the range of a VPC')] }

  const { Subnets = [] } = await call('ec2', 'DescribeSubnets', {
    Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
  })
  for (const zone of new Set(wanted.clusters.flatMap(({ zones }) => zones))) {
    const here = Subnets.filter(subnet => subnet.AvailabilityZone === zone)
    const subnet = here.find(({ DefaultForAz }) => DefaultForAz === true) ?? here[0]
    if (subnet === undefined) {
      throw new EverportError('not_found', `${VpcId} has no subnet in ${zone}`, {
        hint: `make one: aws ec2 create-subnet --vpc-id ${VpcId} --availability-zone ${zone} --cidr-block …`,
      })
    }
    found.subnets.set(zone, sent(subnet.SubnetId, 'a subnet id'))
  }
}
