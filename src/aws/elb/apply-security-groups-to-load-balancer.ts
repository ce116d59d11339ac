import type {
  ApplySecurityGroupsToLoadBalancerInput,
  ApplySecurityGroupsToLoadBalancerOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import { securityGroupKey } from '../../resources/network.ts'
import { securityGroupsIn } from '../elbv2/network-references.ts'
import type { Operation } from '../operation.ts'
import { changeClassic } from './classic-change.ts'
import { refuse } from './refusal.ts'

/** In place of those that it has. From when this answers, every balancer that lives keeps to them. */
export const applySecurityGroupsToLoadBalancer: Operation<
  ApplySecurityGroupsToLoadBalancerInput,
  ApplySecurityGroupsToLoadBalancerOutput
> = async ({ LoadBalancerName, SecurityGroups: given }, context) => {
  if (given.length === 0)
    throw refuse('InvalidConfigurationRequest', 'You must specify at least one security group')
  const { revision } = await changeClassic(context, LoadBalancerName, (document, snapshot) => {
    const SecurityGroups = securityGroupsIn(snapshot, document.LoadBalancer.VpcId ?? '', given)
    return {
      document: { ...document, LoadBalancer: { ...document.LoadBalancer, SecurityGroups } },
      unchanged: SecurityGroups.map(securityGroupKey),
    }
  })
  await context.dataPlanes.whenApplied(revision, 'balancer')
  return { SecurityGroups: [...given] }
}
