import { WireError } from '../wire-error.ts'

/**
 * Text that is no value of its type, told in Route 53's form, which Terraform and others match. `problem` is Route 53's own word where it
 * is known (for example `ARRDATAIllegalIPv4Address`), else one of ours in the same manner.
 */
export class PresentationError extends WireError {
  override name = 'PresentationError'
  readonly problem: string
  readonly explanation: string
  readonly value: string
  constructor(problem: string, explanation: string, value: string) {
    super(`FATAL problem: ${problem} (${explanation}) encountered with '${value}'`)
    this.problem = problem
    this.explanation = explanation
    this.value = value
  }
}
