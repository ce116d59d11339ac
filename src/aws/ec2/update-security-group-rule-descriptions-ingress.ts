import type {
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult,
} from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { describeRules } from './change-rules.ts'
import { refuseDryRun } from './refuse.ts'

export const updateSecurityGroupRuleDescriptionsIngress: Operation<
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult
> = async (input, context) => {
  refuseDryRun(input.DryRun)
  await describeRules(context, input, 'ingress')
  return { Return: true }
}
