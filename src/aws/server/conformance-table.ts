import { type ServiceName, serviceDefinitions } from '../protocols/service-definition.ts'
import type { ServedService } from './served-services.ts'

const titles: Readonly<Record<ServiceName, string>> = {
  elbv2: 'Elastic Load Balancing v2',
  elb: 'Elastic Load Balancing, classic',
  route53: 'Route 53',
  ec2: 'EC2',
  autoscaling: 'Auto Scaling',
  sts: 'Security Token Service',
}

/**
 * docs/reference/aws-operations.md: of each service every operation that the SDK knows, and whether we have it. Of EC2, which has some 800,
 * those that are missing are only counted.
 */
export function conformanceTable(
  services: Readonly<Partial<Record<ServiceName, ServedService>>>,
  known: Readonly<Record<ServiceName, readonly string[]>>,
): string {
  const names = Object.keys(titles) as ServiceName[]
  const sections = names.map(name => section(name, services[name], known[name]))
  const summary = names.map(name => {
    const { done, partial, missing } = counts(services[name], known[name])
    return `| ${titles[name]} | ${serviceDefinitions[name].version} | ${done} | ${partial} | ${missing} |`
  })
  return [
    '# Operations of the AWS APIs',
    '',
    'Written from the registries of operations in `src/aws` by a test; change those, not this.',
    '',
    '**done**: every member of the request is kept to or refused. **partial**: what is missing stands beside it. **not**: answered with',
    '`InvalidAction`.',
    '',
    '| API | version | done | partial | not |',
    '|---|---|---|---|---|',
    ...summary,
    '',
    ...sections,
  ].join('\n')
}

function section(name: ServiceName, service: ServedService | undefined, known: readonly string[]): string {
  const rows = known.flatMap(operation => {
    if (service?.operations[operation] === undefined)
      return name === 'ec2' ? [] : [`| ${operation} | not | |`]
    const note = service.partial[operation]
    return [`| ${operation} | ${note === undefined ? 'done' : 'partial'} | ${note ?? ''} |`]
  })
  const { missing } = counts(service, known)
  const rest = name === 'ec2' ? [`The other ${missing} operations of EC2 are not there.`, ''] : []
  return [`## ${titles[name]}`, '', '| operation | | |', '|---|---|---|', ...rows, '', ...rest].join('\n')
}

function counts(service: ServedService | undefined, known: readonly string[]) {
  const there = known.filter(operation => service?.operations[operation] !== undefined)
  const partial = there.filter(operation => service?.partial[operation] !== undefined).length
  return { done: there.length - partial, partial, missing: known.length - there.length }
}
