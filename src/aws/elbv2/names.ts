import { refuse } from './refusal.ts'

const lengthMax = 32

/** Load balancers and target groups are named by the same rules; `what` begins AWS's sentences. */
export function checkName(name: string, what: 'Load balancer' | 'Target group'): void {
  const told = `${what} name '${name}'`
  if (name.length > lengthMax)
    throw refuse('ValidationError', `${told} cannot be longer than '${lengthMax}' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw refuse(
      'ValidationError',
      `${told} can only contain characters that are alphanumeric characters or hyphens(-)`,
    )
  if (name.startsWith('-') || name.endsWith('-'))
    throw refuse('ValidationError', `${told} cannot begin or end with '-'`)
  if (what === 'Load balancer' && name.startsWith('internal-'))
    throw refuse('ValidationError', `${told} cannot begin with 'internal-'`)
}
