import type { RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { removeRules } from './change-rules.ts'
import { askedRules } from './permissions.ts'
import { refuseDryRun } from './refuse.ts'

export const revokeSecurityGroupIngress: Operation<
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult
> = async (input, context) => {
  const ids = input.SecurityGroupRuleIds ?? []
  const asked = ids.length > 0 ? { ids } : { rules: askedRules(input.IpPermissions, input) }
  refuseDryRun(input.DryRun)
  await removeRules(context, input, 'ingress', asked)
  return { Return: true }
}
