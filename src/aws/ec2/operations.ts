import type { ServiceOperations } from '../operation.ts'
import { allocateAddress } from './allocate-address.ts'
import { authorizeSecurityGroupEgress } from './authorize-security-group-egress.ts'
import { authorizeSecurityGroupIngress } from './authorize-security-group-ingress.ts'
import { createSecurityGroup } from './create-security-group.ts'
import { createSubnet } from './create-subnet.ts'
import { createTags } from './create-tags.ts'
import { createVpc } from './create-vpc.ts'
import { deleteSecurityGroup } from './delete-security-group.ts'
import { deleteSubnet } from './delete-subnet.ts'
import { deleteTags } from './delete-tags.ts'
import { deleteVpc } from './delete-vpc.ts'
import { describeAccountAttributes } from './describe-account-attributes.ts'
import { describeAddresses } from './describe-addresses.ts'
import { describeAvailabilityZones } from './describe-availability-zones.ts'
import { describeImages } from './describe-images.ts'
import { describeInstanceAttribute } from './describe-instance-attribute.ts'
import { describeInstanceStatus } from './describe-instance-status.ts'
import { describeInstanceTypes } from './describe-instance-types.ts'
import { describeInstances } from './describe-instances.ts'
import { describeNetworkInterfaces } from './describe-network-interfaces.ts'
import { describeRegions } from './describe-regions.ts'
import { describeSecurityGroupRules } from './describe-security-group-rules.ts'
import { describeSecurityGroups } from './describe-security-groups.ts'
import { describeSubnets } from './describe-subnets.ts'
import { describeTags } from './describe-tags.ts'
import { describeVolumes } from './describe-volumes.ts'
import { describeVpcAttribute } from './describe-vpc-attribute.ts'
import { describeVpcs } from './describe-vpcs.ts'
import { modifyInstanceAttribute } from './modify-instance-attribute.ts'
import { rebootInstances } from './reboot-instances.ts'
import { releaseAddress } from './release-address.ts'
import { revokeSecurityGroupEgress } from './revoke-security-group-egress.ts'
import { revokeSecurityGroupIngress } from './revoke-security-group-ingress.ts'
import { runInstances } from './run-instances.ts'
import { startInstances } from './start-instances.ts'
import { stopInstances } from './stop-instances.ts'
import { terminateInstances } from './terminate-instances.ts'
import { updateSecurityGroupRuleDescriptionsEgress } from './update-security-group-rule-descriptions-egress.ts'
import { updateSecurityGroupRuleDescriptionsIngress } from './update-security-group-rule-descriptions-ingress.ts'

type Sdk = typeof import('@aws-sdk/client-ec2')

export const ec2Service: ServiceOperations<Sdk> = {
  operations: {
    AllocateAddress: allocateAddress,
    AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
    CreateSecurityGroup: createSecurityGroup,
    CreateSubnet: createSubnet,
    CreateTags: createTags,
    CreateVpc: createVpc,
    DeleteSecurityGroup: deleteSecurityGroup,
    DeleteSubnet: deleteSubnet,
    DeleteTags: deleteTags,
    DeleteVpc: deleteVpc,
    DescribeAccountAttributes: describeAccountAttributes,
    DescribeAddresses: describeAddresses,
    DescribeAvailabilityZones: describeAvailabilityZones,
    DescribeImages: describeImages,
    DescribeInstanceAttribute: describeInstanceAttribute,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInstances: describeInstances,
    DescribeNetworkInterfaces: describeNetworkInterfaces,
    DescribeRegions: describeRegions,
    DescribeSecurityGroupRules: describeSecurityGroupRules,
    DescribeSecurityGroups: describeSecurityGroups,
    DescribeSubnets: describeSubnets,
    DescribeTags: describeTags,
    DescribeVolumes: describeVolumes,
    DescribeVpcAttribute: describeVpcAttribute,
    DescribeVpcs: describeVpcs,
    ModifyInstanceAttribute: modifyInstanceAttribute,
    RebootInstances: rebootInstances,
    ReleaseAddress: releaseAddress,
    RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
    RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
    RunInstances: runInstances,
    StartInstances: startInstances,
    StopInstances: stopInstances,
    TerminateInstances: terminateInstances,
    UpdateSecurityGroupRuleDescriptionsEgress: updateSecurityGroupRuleDescriptionsEgress,
    UpdateSecurityGroupRuleDescriptionsIngress: updateSecurityGroupRuleDescriptionsIngress,
  },
  partial: {
    AllocateAddress: 'An address of this machine, for load balancers.',
    AuthorizeSecurityGroupEgress: 'No prefix lists.',
    AuthorizeSecurityGroupIngress: 'No prefix lists.',
    CreateVpc: 'IPv4 only; instances can have addresses of this machine only.',
    DescribeImages: 'The image everport-node.',
    DescribeInstanceTypes:
      'Names alone: a node has the processors of the machine and the memory of its configuration.',
    DescribeVolumes: 'There are none.',
    DescribeRegions: 'The region of the topology.',
    DescribeNetworkInterfaces: 'Those that instances and load balancers have.',
    ModifyInstanceAttribute: 'User data, groups and protection from termination.',
    RunInstances:
      'A supervised node process from the image everport-node; its user data is the node configuration. No volumes, launch templates or spot market.',
  },
}
