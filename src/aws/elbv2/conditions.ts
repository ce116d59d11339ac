import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { checkConditionValues } from './condition-values.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'

/** Which member has the values of a field, and what AWS allows of it (ALB guide, "Condition types for listener rules"). */
const fields = {
  'host-header': { config: 'HostHeaderConfig', takesValues: true, isOnce: true },
  'path-pattern': { config: 'PathPatternConfig', takesValues: true, isOnce: true },
  'http-header': { config: 'HttpHeaderConfig', takesValues: false, isOnce: false },
  'http-request-method': { config: 'HttpRequestMethodConfig', takesValues: false, isOnce: true },
  'query-string': { config: 'QueryStringConfig', takesValues: false, isOnce: false },
  'source-ip': { config: 'SourceIpConfig', takesValues: false, isOnce: true },
} as const

export type ConditionField = keyof typeof fields

/** Conditions of a rule in the form that AWS tells them in: values of hosts and paths both plain and in their configuration. */
export function checkedConditions(given: readonly RuleCondition[]): RuleCondition[] {
  if (given.length === 0) throw refuse('ValidationError', 'A condition must be specified')
  const conditions = given.map(checkedCondition)
  for (const [field, { isOnce }] of Object.entries(fields))
    if (isOnce && conditions.filter(({ Field }) => Field === field).length > 1)
      throw refuse('ValidationError', `A rule can only have one '${field}' condition`)
  const texts = conditions.flatMap(valuesOf)
  const { conditionValuesPerRule, conditionWildcardsPerRule } = elbv2Limits
  if (texts.length > conditionValuesPerRule)
    throw refuse('ValidationError', `A rule can only have '${conditionValuesPerRule}' condition values`)
  const wildcards = texts.reduce((sum, { Key = '', Value = '' }) => sum + count(Key) + count(Value), 0)
  if (wildcards > conditionWildcardsPerRule)
    throw refuse('ValidationError', `A rule can only have '${conditionWildcardsPerRule}' condition wildcards`)
  return conditions
}

const count = (text: string): number => text.replace(/[^*?]/g, '').length

function checkedCondition(condition: RuleCondition): RuleCondition {
  const { Field = '', Values } = condition
  if (!Object.hasOwn(fields, Field))
    throw refuse(
      'ValidationError',
      `Condition field '${Field}' must be one of '[${Object.keys(fields).join(', ')}]'`,
    )
  const field = Field as ConditionField
  const { config, takesValues } = fields[field]
  const stray = Object.values(fields).find(other => other.config !== config && condition[other.config])
  if (stray !== undefined)
    throw refuse('ValidationError', `A condition with field '${field}' cannot have a '${stray.config}'`)
  const own = condition[config]
  if (own !== undefined && Values !== undefined && Values.length > 0)
    throw refuse('ValidationError', `You can specify either 'Values' or '${config}', not both`)
  if (Values !== undefined && Values.length > 0 && !takesValues)
    throw refuse('ValidationError', `A condition with field '${field}' has its values in '${config}'`)
  if ('RegexValues' in (own ?? {}) || condition.RegexValues !== undefined)
    throw refuse('InvalidConfigurationRequest', 'Regular expressions in conditions are not served here')
  if (condition.SourceIpConfig?.IpAddressType !== undefined)
    throw refuse(
      'InvalidConfigurationRequest',
      'An address type in source-ip conditions is for network load balancers; give networks in CIDR format',
    )
  const values = own === undefined ? (Values ?? []).map(Value => ({ Value })) : valuesOf(condition)
  if (values.length === 0) throw refuse('ValidationError', 'A condition value must be specified')
  checkConditionValues(field, condition, values)
  const plain = values.map(({ Value = '' }) => Value)
  return takesValues
    ? { Field: field, Values: plain, [config]: { Values: plain } }
    : { Field: field, [config]: own }
}

export interface ConditionValue {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

function valuesOf(condition: RuleCondition): readonly ConditionValue[] {
  const { QueryStringConfig, HostHeaderConfig, PathPatternConfig } = condition
  const { HttpHeaderConfig, HttpRequestMethodConfig, SourceIpConfig } = condition
  if (QueryStringConfig !== undefined) return QueryStringConfig.Values ?? []
  const config =
    HostHeaderConfig ?? PathPatternConfig ?? HttpHeaderConfig ?? HttpRequestMethodConfig ?? SourceIpConfig
  return (config?.Values ?? []).map(Value => ({ Value }))
}
