import type { DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { allRules } from './change-rules.ts'
import { filtered } from './filters.ts'
import { namedOnly, pageOf } from './page.ts'
import { refuse } from './refuse.ts'

export const describeSecurityGroupRules: Operation<
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult
> = async (input, { store }) => {
  const rules = namedOnly(
    allRules(store.read()),
    input.SecurityGroupRuleIds,
    rule => rule.SecurityGroupRuleId ?? '',
    gone =>
      refuse(
        'InvalidSecurityGroupRuleId.NotFound',
        `The security group rule ID '${gone.join(', ')}' does not exist`,
      ),
  )
  const found = filtered(rules, input.Filters, {
    'group-id': rule => [rule.GroupId],
    'security-group-rule-id': rule => [rule.SecurityGroupRuleId],
  })
  const { items, next } = pageOf(found, rule => rule.SecurityGroupRuleId ?? '', input)
  return { SecurityGroupRules: items, ...next }
}
