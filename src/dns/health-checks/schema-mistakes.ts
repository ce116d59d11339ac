import type { HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53'
import { checkRanges, type Range } from './check-ranges.ts'

const types: readonly string[] = [
  'HTTP',
  'HTTPS',
  'HTTP_STR_MATCH',
  'HTTPS_STR_MATCH',
  'TCP',
  'CALCULATED',
  'CLOUDWATCH_METRIC',
  'RECOVERY_CONTROL',
]
const regions =
  'us-east-1 us-west-1 us-west-2 eu-west-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 sa-east-1'.split(' ')

export function isType(type: string | undefined): type is HealthCheckType {
  return type !== undefined && types.includes(type)
}

/** Types, lengths and ranges, which AWS checks against its schema: sentences of XML Schema (the `cvc-` rules of its part 1). */
export function schemaMistakes(config: HealthCheckConfig): string[] {
  const { RequestInterval: interval, Regions = [] } = config
  if (!isType(config.Type)) return [notIn('Type', String(config.Type), types)]
  return [
    ...tooLong('IPAddress', config.IPAddress, 45),
    ...tooLong('ResourcePath', config.ResourcePath, 255),
    ...tooLong('FullyQualifiedDomainName', config.FullyQualifiedDomainName, 255),
    ...tooLong('SearchString', config.SearchString, 255),
    ...outOfRange('Port', config.Port, checkRanges.port),
    ...outOfRange('FailureThreshold', config.FailureThreshold, checkRanges.failureThreshold),
    ...outOfRange('HealthThreshold', config.HealthThreshold, checkRanges.healthThreshold),
    ...(interval === undefined || interval === 10 || interval === 30
      ? []
      : [notIn('RequestInterval', String(interval), ['10', '30'])]),
    ...Regions.filter(region => !regions.includes(region)).map(region => notIn('Region', region, regions)),
  ]
}

function tooLong(name: string, value: string | undefined, max: number): string[] {
  if (value === undefined || value.length <= max) return []
  const what = `Value '${value}' with length = '${value.length}'`
  return [notValid('maxLength', what, `maxLength '${max}' for type '${name}'`)]
}

function outOfRange(name: string, value: number | undefined, { min, max }: Range): string[] {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return []
  const bound = value < min ? `minInclusive '${min}'` : `maxInclusive '${max}'`
  return [notValid(bound.slice(0, 12), `Value '${value}'`, `${bound} for type '${name}'`)]
}

function notValid(facet: string, what: string, wanted: string): string {
  return `Invalid XML ; cvc-${facet}-valid: ${what} is not facet-valid with respect to ${wanted}.`
}

function notIn(name: string, value: string, allowed: readonly string[]): string {
  return `Invalid XML ; cvc-enumeration-valid: Value '${value}' is not facet-valid with respect to enumeration '[${allowed.join(', ')}]' for type '${name}'. It must be a value from the enumeration.`
}
