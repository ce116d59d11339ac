import type {
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
} from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { addRules, shownRules } from './change-rules.ts'
import { askedRules } from './permissions.ts'
import { refuseDryRun } from './refuse.ts'

export const authorizeSecurityGroupIngress: Operation<
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult
> = async (input, context) => {
  const asked = askedRules(input.IpPermissions, input)
  refuseDryRun(input.DryRun)
  const { group, rules } = await addRules(context, input, 'ingress', asked)
  return { Return: true, SecurityGroupRules: shownRules(group, 'ingress', rules) }
}
