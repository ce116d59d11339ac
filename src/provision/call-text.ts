import type { PlannedCall } from './plan-calls.ts'

/** One line for a person: what is made (+), changed (~) or taken away (-). */
export function callLine({ operation, input }: PlannedCall): string {
  const sign = /^(?:Create|Run|Register|Authorize)/.test(operation)
    ? '+'
    : /^(?:Delete|Terminate|Deregister|Revoke)/.test(operation)
      ? '-'
      : '~'
  return `${sign} ${kebab(operation).replaceAll('-', ' ')}  ${subject(input)}`
}

/** What a call is about, in few words. */
function subject(input: object): string {
  const words: string[] = []
  for (const [key, value] of Object.entries(input) as [string, unknown][]) {
    if (/^(?:Name|GroupName|GroupId|Port|TargetGroupArn|LoadBalancerArn|ListenerArn|HostedZoneId)$/.test(key))
      words.push(short(String(value)))
    else if (key === 'Targets') words.push((value as { Id?: string }[]).map(({ Id }) => Id).join(', '))
    else if (key === 'InstanceIds') words.push((value as string[]).join(', '))
    else if (key === 'IpPermissions') words.push(ports(value as { FromPort?: number }[]))
    else if (key === 'ChangeBatch') words.push(records(value as ChangeBatch))
    else if (key === 'TagSpecifications') words.push(nameTag(value as TagSpecification[]))
  }
  return [...new Set(words)].filter(word => word !== '').join('  ')
}

interface ChangeBatch {
  readonly Changes?: { Action?: string; ResourceRecordSet?: { Name?: string; SetIdentifier?: string } }[]
}

interface TagSpecification {
  readonly Tags?: { Key?: string; Value?: string }[]
}

/** The name out of an ARN: `arn:…:targetgroup/active-odbc/6d0e…` → `active-odbc`. */
function short(text: string): string {
  return /^arn:[^/]+\/(?:net\/)?([^/]+)\//.exec(text)?.[1] ?? text
}

function ports(permissions: readonly { FromPort?: number }[]): string {
  return [...new Set(permissions.map(({ FromPort }) => FromPort))].join(', ')
}

function records({ Changes = [] }: ChangeBatch): string {
  return Changes.map(({ Action, ResourceRecordSet: set }) =>
    `${Action} ${set?.Name} ${set?.SetIdentifier ?? ''}`.trim(),
  ).join(', ')
}

function nameTag([specification]: readonly TagSpecification[]): string {
  return specification?.Tags?.find(({ Key }) => Key === 'Name')?.Value ?? ''
}

/** `TargetGroupArn` → `target-group-arn`, `LoadBalancerArns` → `load-balancer-arns`, as the aws CLI has them. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
}

export function shellWord(text: string): string {
  return /^[A-Za-z0-9_.:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
