import { AwsRefusal } from '../refusal.ts'
import type { Problem } from './problem.ts'
import { requestLimits } from './request-limits.ts'
import type { ServiceDefinition } from './service-definition.ts'

/** What is wrong with a request, in the service's code and AWS's sentences; undefined when nothing is. */
export function problemsRefusal(
  { name, protocol }: ServiceDefinition,
  problems: readonly Problem[],
): AwsRefusal | undefined {
  // AWS reads over parameters that it does not know, except in EC2.
  const told = problems.filter(({ kind }) => protocol === 'ec2Query' || kind !== 'unknown')
  const [first] = told
  if (first === undefined) return undefined
  if (protocol === 'ec2Query') return ec2Refusal(first)
  const sentences = told.slice(0, requestLimits.problemsMax).map(sentence)
  const count = `${told.length} validation error${told.length === 1 ? '' : 's'} detected`
  return new AwsRefusal(
    name === 'route53' ? 'InvalidInput' : 'ValidationError',
    `${count}: ${sentences.join('; ')}`,
  )
}

function sentence({ value, path, rule }: Problem): string {
  const found = value === undefined ? 'null' : `'${value.slice(0, requestLimits.shownCharactersMax)}'`
  return `Value ${found} at '${path}' failed to satisfy constraint: ${rule}`
}

function ec2Refusal({ kind, wirePath, value = '', rule }: Problem): AwsRefusal {
  const shown = value.slice(0, requestLimits.shownCharactersMax)
  switch (kind) {
    case 'missing':
      return new AwsRefusal('MissingParameter', `The request must contain the parameter ${wirePath}`)
    case 'unknown':
      return new AwsRefusal('UnknownParameter', `The parameter ${wirePath} is not recognized`)
    case 'type':
    case 'constraint':
      return new AwsRefusal(
        'InvalidParameterValue',
        `Value (${shown}) for parameter ${wirePath} is invalid. ${rule}`,
      )
  }
}
