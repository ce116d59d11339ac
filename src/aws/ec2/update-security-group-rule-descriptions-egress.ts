import type {
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult,
} from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { describeRules } from './change-rules.ts'
import { refuseDryRun } from './refuse.ts'

export const updateSecurityGroupRuleDescriptionsEgress: Operation<
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult
> = async (input, context) => {
  refuseDryRun(input.DryRun)
  await describeRules(context, input, 'egress')
  return { Return: true }
}
