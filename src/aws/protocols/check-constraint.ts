import type { Problem, Where } from './problem.ts'
import type { Constraint } from './shape.ts'

/** What AWS's model asks of a value that has its type already. Sentences as AWS's services tell them. */
export function checkConstraint(
  constraint: Constraint,
  value: unknown,
  where: Where,
  problems: Problem[],
): void {
  if (typeof value === 'string') checkText(constraint, value, where, problems)
  else if (typeof value === 'number') checkNumber(constraint, value, where, problems)
  else if (Array.isArray(value)) checkSize(constraint, value, where, problems)
}

function checkText(constraint: Constraint, value: string, where: Where, problems: Problem[]): void {
  const { min, max, pattern } = constraint
  const tell = teller(value, where, problems)
  if (max !== undefined && value.length > max)
    // A pattern is not tried on what is too long for it anyway.
    return tell(`Member must have length less than or equal to ${max}`)
  if (min !== undefined && value.length < min) tell(`Member must have length greater than or equal to ${min}`)
  if (constraint.enum !== undefined && !constraint.enum.includes(value))
    tell(`Member must satisfy enum value set: [${constraint.enum.join(', ')}]`)
  if (pattern !== undefined && !compiled(pattern).test(value))
    tell(`Member must satisfy regular expression pattern: ${pattern}`)
}

function checkNumber({ min, max, num }: Constraint, value: number, where: Where, problems: Problem[]): void {
  const tell = teller(String(value), where, problems)
  if ((num === 'integer' || num === 'long') && !Number.isSafeInteger(value))
    return tell(`Member must be a whole number`)
  if (num === 'integer' && Math.abs(value) > 2_147_483_648) return tell('Member must be a 32-bit integer')
  if (max !== undefined && value > max) tell(`Member must have value less than or equal to ${max}`)
  if (min !== undefined && value < min) tell(`Member must have value greater than or equal to ${min}`)
}

function checkSize({ min, max }: Constraint, value: unknown[], where: Where, problems: Problem[]): void {
  const tell = teller(`[${value.length} items]`, where, problems)
  if (max !== undefined && value.length > max) tell(`Member must have length less than or equal to ${max}`)
  if (min !== undefined && value.length < min) tell(`Member must have length greater than or equal to ${min}`)
}

function teller(value: string, where: Where, problems: Problem[]): (rule: string) => void {
  return rule => {
    problems.push({ kind: 'constraint', wirePath: where.wire, path: where.path, value, rule })
  }
}

const patterns = new Map<string, RegExp>()

/** AWS matches the whole value. Every pattern is from the model, so there are few. */
function compiled(pattern: string): RegExp {
  let expression = patterns.get(pattern)
  if (expression === undefined) {
    expression = new RegExp(`^(?:${pattern})$`, 'u')
    patterns.set(pattern, expression)
  }
  return expression
}
