import { sqlCodec, unpackAny } from '../any-message.ts'
import type { ActionHandler } from './actions.ts'

const request = sqlCodec<{ prepared_statement_handle: Buffer }>('ActionClosePreparedStatementRequest')

/** There is nothing to close but what a client bound without taking the new handle. */
export const closePreparedStatement: ActionHandler = (body, { bound }) => {
  bound.delete(request.decode(unpackAny(body).value).prepared_statement_handle.toString('base64'))
  return undefined
}
