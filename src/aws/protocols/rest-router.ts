import type { OperationModel } from './service-model.ts'

export interface Route {
  readonly operation: OperationModel
  /** Percent-decoded. */
  readonly labels: ReadonlyMap<string, string>
}

/** Which operation a method and path mean (HTTP bindings of restXml); a path that has other methods is told by 'method'. */
export type RestRouter = (method: string, path: string) => Route | 'method' | undefined

interface Pattern {
  readonly operation: OperationModel
  readonly steps: readonly string[]
  readonly labelCount: number
}

/** Of two patterns that fit, the one with fewer labels is meant. A slash at the end means nothing: botocore sends one. */
export function restRouter(operations: Iterable<OperationModel>): RestRouter {
  const patterns: Pattern[] = [...operations].map(operation => {
    const steps = stepsOf(operation.http.path)
    return { operation, steps, labelCount: steps.filter(isLabel).length }
  })
  patterns.sort((a, b) => a.labelCount - b.labelCount)
  return (method, path) => {
    const steps = stepsOf(path).map(decoded)
    if (steps.includes(undefined)) return undefined
    let isOtherMethod = false
    for (const { operation, steps: pattern } of patterns) {
      if (!fits(pattern, steps)) continue
      if (operation.http.method === method) return { operation, labels: labelsOf(pattern, steps) }
      isOtherMethod = true
    }
    return isOtherMethod ? 'method' : undefined
  }
}

function fits(pattern: readonly string[], steps: readonly (string | undefined)[]): boolean {
  return (
    pattern.length === steps.length &&
    pattern.every((step, at) => (isLabel(step) ? steps[at] !== '' : step === steps[at]))
  )
}

function labelsOf(
  pattern: readonly string[],
  steps: readonly (string | undefined)[],
): ReadonlyMap<string, string> {
  return new Map(
    pattern.flatMap((step, at) => (isLabel(step) ? [[step.slice(1, -1), steps[at] ?? ''] as const] : [])),
  )
}

function isLabel(step: string): boolean {
  return step.startsWith('{')
}

function stepsOf(path: string): string[] {
  return path.replace(/^\//, '').replace(/\/$/, '').split('/')
}

function decoded(step: string): string | undefined {
  try {
    return decodeURIComponent(step)
  } catch {
    return undefined
  }
}
