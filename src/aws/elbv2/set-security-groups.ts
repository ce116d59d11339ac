import type {
  SetSecurityGroupsInput,
  SetSecurityGroupsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { securityGroupKey } from '../../resources/network.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { securityGroupNamed } from './network-references.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, loadBalancerOf } from './resources.ts'

/**
 * An application load balancer always has some. A network load balancer made without security groups never gets any, and one made with them
 * never has none (NLB guide, "Security groups").
 */
export const setSecurityGroups: Operation<SetSecurityGroupsInput, SetSecurityGroupsOutput> = async (
  { LoadBalancerArn, SecurityGroups },
  { store, dataPlanes },
) => {
  const { revision } = await commitPlanned(store, snapshot => {
    const { key, value } = loadBalancerOf(snapshot, LoadBalancerArn)
    const type = balancerTypeOf(value)
    if (type === 'network' && (value.LoadBalancer.SecurityGroups ?? []).length === 0)
      throw refuse(
        'InvalidConfigurationRequest',
        'You cannot set security groups on a network load balancer that was created without security groups',
      )
    if (SecurityGroups.length === 0)
      throw refuse('InvalidConfigurationRequest', 'You must specify at least one security group')
    for (const id of SecurityGroups) {
      const group = securityGroupNamed(snapshot, id)
      if (value.LoadBalancer.VpcId !== undefined && group.VpcId !== value.LoadBalancer.VpcId)
        throw refuse(
          'InvalidSecurityGroup',
          `The security group '${id}' does not belong to VPC '${value.LoadBalancer.VpcId}'`,
        )
    }
    const LoadBalancer = { ...value.LoadBalancer, SecurityGroups: [...SecurityGroups] }
    return {
      changes: [{ key, value: { ...value, LoadBalancer } }],
      unchanged: SecurityGroups.map(securityGroupKey),
      answer: undefined,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {
    SecurityGroupIds: [...SecurityGroups],
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
  }
}
