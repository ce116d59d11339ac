import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { parsePrefix } from '../../base/ip-address.ts'
import type { ConditionField, ConditionValue } from './conditions.ts'
import { refuse } from './refusal.ts'

interface ValueRule {
  readonly lengthMax: number
  readonly isFit: (value: string) => boolean
  /** What it must be, after "must". */
  readonly must: string
}

const lengthMax = 128
const headerNameLengthMax = 40

/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const printable = /^[\x20-\x7e]*$/

/** What a value of each field may be (ALB guide, "Condition types for listener rules"). */
const rules: Readonly<Record<ConditionField, ValueRule>> = {
  'host-header': {
    lengthMax,
    isFit: value => /^[A-Za-z0-9.*?_-]+\.[A-Za-z*?]+$/.test(value),
    must: "have letters, digits, '-', '.', '*' and '?', at least one '.', and letters alone after the last",
  },
  'path-pattern': {
    lengthMax,
    isFit: value => /^[A-Za-z0-9_.$/~"'@:+&*?-]+$/.test(value),
    must: `have letters, digits and _-.$/~"'@:+&*? alone`,
  },
  'http-header': {
    lengthMax,
    isFit: value => value !== '' && printable.test(value),
    must: 'have printable ASCII characters alone',
  },
  'http-request-method': {
    lengthMax: headerNameLengthMax,
    isFit: value => /^[A-Z_-]+$/.test(value),
    must: "have A-Z, '-' and '_' alone",
  },
  'query-string': { lengthMax, isFit: value => printable.test(value), must: 'have printable ASCII alone' },
  'source-ip': {
    lengthMax,
    isFit: value => value.includes('/') && parsePrefix(value) !== undefined,
    must: 'be in CIDR format',
  },
}

export function checkConditionValues(
  field: ConditionField,
  { HttpHeaderConfig }: RuleCondition,
  values: readonly ConditionValue[],
): void {
  if (field === 'http-header') checkHeaderName(HttpHeaderConfig?.HttpHeaderName ?? '')
  for (const { Key, Value } of values) {
    if (Value === undefined) throw refuse('ValidationError', 'A condition value must be specified')
    checkText(field, Value)
    if (Key !== undefined) checkText(field, Key)
  }
}

function checkText(field: ConditionField, text: string): void {
  const { lengthMax: max, isFit, must } = rules[field]
  if (text.length > max)
    throw refuse('ValidationError', `Condition value '${text}' cannot be longer than '${max}' characters`)
  if (!isFit(text))
    throw refuse('ValidationError', `Condition value '${text}' of field '${field}' must ${must}`)
}

function checkHeaderName(name: string): void {
  if (name === '') throw refuse('ValidationError', 'An HTTP header name must be specified')
  if (name.length > headerNameLengthMax || !token.test(name) || name.includes('*'))
    throw refuse(
      'ValidationError',
      `HTTP header name '${name}' must be a header name of up to '${headerNameLengthMax}' characters without wildcards`,
    )
  if (name.toLowerCase() === 'host')
    throw refuse('ValidationError', "An 'http-header' condition cannot name 'Host'; use 'host-header'")
}
