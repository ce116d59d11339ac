import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
} from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { addRules, shownRules } from './change-rules.ts'
import { askedRules } from './permissions.ts'
import { refuseDryRun } from './refuse.ts'

export const authorizeSecurityGroupEgress: Operation<
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult
> = async (input, context) => {
  const asked = askedRules(input.IpPermissions, input)
  refuseDryRun(input.DryRun)
  const { group, rules } = await addRules(context, { GroupId: input.GroupId }, 'egress', asked)
  return { Return: true, SecurityGroupRules: shownRules(group, 'egress', rules) }
}
