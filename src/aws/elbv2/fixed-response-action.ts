import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { refuse } from './refusal.ts'

const contentTypes = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

/** ALB guide, "Fixed-response actions". */
export function fixedResponseAction({ FixedResponseConfig }: Action): Partial<Action> {
  const { StatusCode, ContentType, MessageBody } = FixedResponseConfig ?? {}
  if (StatusCode === undefined)
    throw refuse('ValidationError', 'A fixed response status code must be specified')
  if (ContentType !== undefined && !contentTypes.includes(ContentType))
    throw refuse(
      'InvalidLoadBalancerAction',
      `The fixed response content type '${ContentType}' must be one of '${contentTypes.join(', ')}'`,
    )
  return {
    FixedResponseConfig: {
      StatusCode,
      ...(ContentType === undefined ? {} : { ContentType }),
      ...(MessageBody === undefined ? {} : { MessageBody }),
    },
  }
}
