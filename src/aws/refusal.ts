/**
 * How an operation refuses: AWS's code and sentence, since clients match both. The HTTP status follows from the code: that of the
 * service's modelled error, or of the errors that any service has (protocols/unmodelled-errors.ts), else 400. Codes of a service are a closed union in its
 * folder: `export const refuse = refuser<'TargetGroupNotFound' | …>()`.
 */
export class AwsRefusal extends Error {
  override name = 'AwsRefusal'
  /** As it goes over the wire, for example `TargetGroupNotFound` and not `TargetGroupNotFoundException`. */
  readonly code: string
  /** Instead of the status that follows from the code. */
  readonly httpStatus: number | undefined
  /** Each problem by itself, where the error has a list of them (Route 53's InvalidChangeBatch). */
  readonly messages: readonly string[] | undefined
  constructor(code: string, message: string, details: RefusalDetails = {}) {
    super(message)
    this.code = code
    this.httpStatus = details.httpStatus
    this.messages = details.messages
  }
}

export interface RefusalDetails {
  readonly httpStatus?: number
  readonly messages?: readonly string[]
}

export type Refuse<Code extends string> = (
  code: Code,
  message: string,
  details?: RefusalDetails,
) => AwsRefusal

/** `throw refuse('TargetGroupNotFound', 'One or more target groups not found')` */
export function refuser<Code extends string>(): Refuse<Code> {
  return (code, message, details) => new AwsRefusal(code, message, details)
}
