import type { HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53'
import type { Attributes } from '../../resources/load-balancing.ts'
import { isCheckableAddress } from './checkable-address.ts'
import { isType, schemaMistakes } from './schema-mistakes.ts'
import { tagMistakes } from './tag-mistakes.ts'

export interface HealthCheckAsked {
  readonly config: HealthCheckConfig
  readonly tags: Attributes
  /** Type of a health check that exists. */
  readonly typeOf: (id: string) => HealthCheckType | undefined
}

const regionsMin = 3
const childrenMax = 255

/**
 * Every mistake in what CreateHealthCheck or UpdateHealthCheck asks for, each as the sentence of an InvalidInput; none when it is right.
 * Ranges are AWS's, and so are the sentences that are known; the others are built like them. Unlike AWS, private addresses may be
 * checked: they are what a checker in one's own network is for.
 */
export function healthCheckMistakes({ config, tags, typeOf }: HealthCheckAsked): string[] {
  const { Type } = config
  const schema = schemaMistakes(config)
  if (Type === undefined || !isType(Type)) return schema
  return [
    ...schema,
    ...kindMistakes(config, Type),
    ...childMistakes(config, typeOf),
    ...tagMistakes(tags, Type),
  ]
}

/** What may not change once a health check is there. */
export function healthCheckChangeMistakes(before: HealthCheckConfig, after: HealthCheckConfig): string[] {
  const fixed = ['Type', 'RequestInterval', 'MeasureLatency', 'RoutingControlArn'] as const
  const changed = fixed.filter(name => after[name] !== undefined && after[name] !== before[name])
  const mistakes = changed.map(name =>
    invalid(`${name} cannot be changed after the health check was created`),
  )
  if (isEndpoint(before.Type) && isGiven(before.IPAddress) !== isGiven(after.IPAddress))
    mistakes.push(
      invalid('An IP address cannot be added to or removed from a health check; create another health check'),
    )
  return mistakes
}

function isEndpoint(type: string | undefined): boolean {
  return type === 'TCP' || type?.startsWith('HTTP') === true
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

function invalid(sentence: string): string {
  return `Invalid parameter : ${sentence}.`
}

const metricFields = [
  ['AlarmIdentifier', 'an metric region'],
  ['InsufficientDataHealthStatus', 'an insufficient data health state'],
] as const
const endpointFields = [
  ['IPAddress', 'an IP address'],
  ['Port', 'a port'],
  ['ResourcePath', 'a resource path'],
  ['FullyQualifiedDomainName', 'a fully qualified domain name'],
  ['SearchString', 'a search string'],
] as const
const calculatedFields = [
  ['HealthThreshold', 'a health threshold'],
  ['ChildHealthChecks', 'child health checks'],
] as const

function kindMistakes(config: HealthCheckConfig, type: HealthCheckType): string[] {
  switch (type) {
    case 'CLOUDWATCH_METRIC':
      return [
        'Health checks of type CLOUDWATCH_METRIC are not supported: Everport has no CloudWatch alarms. Use a check of the endpoint itself, or a CALCULATED one.',
      ]
    case 'RECOVERY_CONTROL':
      return [
        'Health checks of type RECOVERY_CONTROL are not supported: Everport has no routing controls. To force one side of a failover name, use an override of that name.',
      ]
    case 'CALCULATED':
      return [
        ...forbidden('Calculated', config, [...endpointFields, ...metricFields]),
        ...(config.HealthThreshold === undefined
          ? [invalid('Calculated health checks must have a health threshold specified')]
          : []),
        ...((config.ChildHealthChecks ?? []).length === 0
          ? [invalid('Calculated health checks must have child health checks specified')]
          : []),
      ]
    default:
      return endpointMistakes(config, type)
  }
}

function endpointMistakes(config: HealthCheckConfig, type: HealthCheckType): string[] {
  const { IPAddress, FullyQualifiedDomainName: name, SearchString, ResourcePath, Regions } = config
  const isMatch = type.endsWith('_STR_MATCH')
  const rules: readonly (readonly [isWrong: boolean, sentence: string])[] = [
    [
      !isGiven(IPAddress) && !isGiven(name),
      'Either an IP address or a fully qualified domain name must be specified for a basic health check',
    ],
    [
      isGiven(IPAddress) && !isCheckableAddress(IPAddress),
      `The IP address ${IPAddress} is not an address that can be checked`,
    ],
    [isGiven(name) && !isHostName(name), `'${name}' is not a valid fully qualified domain name`],
    [type === 'TCP' && config.Port === undefined, 'A port must be specified for health checks of type TCP'],
    [
      isMatch && !isGiven(SearchString),
      `A search string must be specified for health checks of type ${type}`,
    ],
    [
      !isMatch && isGiven(SearchString),
      'A search string may be specified only for health checks of type HTTP_STR_MATCH or HTTPS_STR_MATCH',
    ],
    [
      type === 'TCP' && isGiven(ResourcePath),
      'A resource path must not be specified for health checks of type TCP',
    ],
    [
      config.EnableSNI === true && !type.startsWith('HTTPS'),
      'SNI may be enabled only for health checks of type HTTPS or HTTPS_STR_MATCH',
    ],
    [
      Regions !== undefined && Regions.length > 0 && new Set(Regions).size < regionsMin,
      `At least ${regionsMin} different regions must be specified`,
    ],
  ]
  return [
    ...rules.filter(([isWrong]) => isWrong).map(([, sentence]) => invalid(sentence)),
    ...forbidden('Basic', config, [...calculatedFields, ...metricFields]),
  ]
}

function forbidden(
  kind: 'Basic' | 'Calculated',
  config: HealthCheckConfig,
  fields: readonly (readonly [name: keyof HealthCheckConfig, words: string])[],
): string[] {
  return fields
    .filter(([name]) => {
      const value = config[name]
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== ''
    })
    .map(([, words]) => invalid(`${kind} health checks must not have ${words} specified`))
}

function childMistakes(config: HealthCheckConfig, typeOf: HealthCheckAsked['typeOf']): string[] {
  const children = config.Type === 'CALCULATED' ? (config.ChildHealthChecks ?? []) : []
  const mistakes = children.flatMap(id => {
    const type = typeOf(id)
    if (type === undefined) return [invalid(`The child health check ${id} does not exist`)]
    return type === 'CALCULATED'
      ? [invalid(`The child health check ${id} is calculated itself, which children may not be`)]
      : []
  })
  if (new Set(children).size < children.length)
    mistakes.push(invalid('A child health check is named more than once'))
  if (children.length > childrenMax)
    mistakes.push(invalid(`A calculated health check has at most ${childrenMax} child health checks`))
  return mistakes
}

function isHostName(name: string): boolean {
  return /^(?=.{1,254}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i.test(
    name,
  )
}
