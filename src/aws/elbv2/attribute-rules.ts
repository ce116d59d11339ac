import { isFilePath } from '../../base/password-file.ts'
import type { Attributes } from '../../resources/load-balancing.ts'
import { refuse } from './refusal.ts'

/** What one attribute may be. `default` is what a new resource has; absent, when it has none until somebody sets it (ours). */
export interface AttributeRule {
  readonly default?: string
  readonly allows: AllowedValues
  /** That of AWS for another type of load balancer: known, and refused. */
  readonly isForOthers?: boolean
}

export type AllowedValues =
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly orOff?: boolean }
  | { readonly kind: 'text' }
  /** An absolute path, or nothing. */
  | { readonly kind: 'path' }

export type AttributeRules = Readonly<Record<string, AttributeRule>>

export const truth = (value?: 'true' | 'false'): AttributeRule => ({
  ...(value === undefined ? {} : { default: value }),
  allows: { kind: 'choice', values: ['true', 'false'] },
})
export const choiceOf = (values: readonly string[]): AttributeRule => ({
  default: values[0] ?? '',
  allows: { kind: 'choice', values },
})
export const numberOf = (min: number, max: number, value?: string): AttributeRule => ({
  ...(value === undefined ? {} : { default: value }),
  allows: { kind: 'number', min, max },
})
export const numberOrOff = (min: number, max: number, value: string): AttributeRule => ({
  default: value,
  allows: { kind: 'number', min, max, orOff: true },
})
export const anyText = (value: string): AttributeRule => ({ default: value, allows: { kind: 'text' } })
/** Ours, which are any text and have no default. */
export const ownTexts = (...keys: readonly string[]): AttributeRules =>
  Object.fromEntries(keys.map(key => [key, { allows: { kind: 'text' } }]))
/** Ours, without a default. */
export const ownPath: AttributeRule = { allows: { kind: 'path' } }
export const ofOtherTypes = (...keys: readonly string[]): AttributeRules =>
  Object.fromEntries(keys.map(key => [key, { allows: { kind: 'text' }, isForOthers: true }]))

export const defaultsOf = (rules: AttributeRules): Attributes =>
  Object.fromEntries(
    Object.entries(rules).flatMap(([key, rule]) => (rule.default === undefined ? [] : [[key, rule.default]])),
  )

/** How AWS calls the resource in its sentences. */
export interface AttributeWords {
  /** `Load balancer attribute key` */
  readonly key: string
  /** `load balancers with type 'network'` */
  readonly others: string
}

interface Given {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The attributes with those given; refuses by AWS's sentences, which Terraform and controllers match. */
export function withAttributes(
  rules: AttributeRules,
  words: AttributeWords,
  before: Attributes,
  given: readonly Given[],
): Attributes {
  const after: Record<string, string> = { ...before }
  const seen = new Set<string>()
  for (const { Key = '', Value = '' } of given) {
    const rule = Object.hasOwn(rules, Key) ? rules[Key] : undefined
    if (rule === undefined) throw refuse('ValidationError', `${words.key} '${Key}' is not recognized`)
    if (rule.isForOthers === true)
      throw refuse('InvalidConfigurationRequest', `${words.key} '${Key}' is not supported on ${words.others}`)
    if (seen.has(Key)) throw refuse('ValidationError', `${words.key} '${Key}' was specified more than once`)
    seen.add(Key)
    after[Key] = checkedValue(Key, Value, rule.allows)
  }
  return after
}

function checkedValue(key: string, value: string, allows: AllowedValues): string {
  switch (allows.kind) {
    case 'text':
      return value
    case 'path':
      if (value === '' || isFilePath(value)) return value
      // Its value is not repeated: it may be what should be in the file.
      throw refuse('ValidationError', `'${key}' must be the absolute path of a file, or empty`)
    case 'choice':
      if (allows.values.includes(value)) return value
      throw refuse(
        'ValidationError',
        `'${key}' value '${value}' must be one of '${allows.values.join(', ')}'`,
      )
    case 'number': {
      const { min, max, orOff = false } = allows
      if (orOff && value === 'off') return value
      if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max)
        return String(Number(value))
      throw refuse(
        'ValidationError',
        `'${key}' value '${value}' must be between '${min}-${max}' inclusive${orOff ? " or 'off'" : ''}`,
      )
    }
  }
}

export const attributeList = (attributes: Attributes): { Key: string; Value: string }[] =>
  Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }))
