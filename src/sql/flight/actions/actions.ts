import { EverportError } from '../../../base/errors.ts'
import type { FlightCall, FlightContext } from '../flight-context.ts'
import type { Action } from '../messages.ts'
import { cancelFlightInfo, cancelQuery } from './cancel-flight-info.ts'
import { closePreparedStatement } from './close-prepared-statement.ts'
import { createPreparedStatement } from './create-prepared-statement.ts'
import { renewFlightEndpoint } from './renew-flight-endpoint.ts'
import { closeSession, getSessionOptions, setSessionOptions } from './session-options.ts'

/** Answers one action with the body of its one result, or with none. */
export type ActionHandler = (
  body: Buffer,
  context: FlightContext,
  call: FlightCall,
) => Promise<Buffer | undefined> | Buffer | undefined

interface KnownAction {
  readonly description: string
  readonly run: ActionHandler
}

const transactions: ActionHandler = () => {
  throw new EverportError('feature_not_supported', 'transactions are not supported', {
    detail: 'Every statement reads by itself; data is changed where it lives.',
  })
}

export const actions: ReadonlyMap<string, KnownAction> = new Map<string, KnownAction>([
  [
    'CreatePreparedStatement',
    { description: 'Prepares a statement; the handle is good on every node.', run: createPreparedStatement },
  ],
  [
    'ClosePreparedStatement',
    { description: 'Forgets what was bound to a prepared statement.', run: closePreparedStatement },
  ],
  ['CancelFlightInfo', { description: 'Cancels a query, on whichever node it runs.', run: cancelFlightInfo }],
  ['CancelQuery', { description: 'CancelFlightInfo, as older clients know it.', run: cancelQuery }],
  [
    'RenewFlightEndpoint',
    { description: 'Makes the ticket of an endpoint good for longer.', run: renewFlightEndpoint },
  ],
  [
    'SetSessionOptions',
    { description: 'Accepts the catalog and the schema that there are.', run: setSessionOptions },
  ],
  ['GetSessionOptions', { description: 'The catalog and the schema.', run: getSessionOptions }],
  ['CloseSession', { description: 'Ends a session; no node keeps one.', run: closeSession }],
  ['BeginTransaction', { description: 'Not supported.', run: transactions }],
  ['EndTransaction', { description: 'Not supported.', run: transactions }],
  ['BeginSavepoint', { description: 'Not supported.', run: transactions }],
  ['EndSavepoint', { description: 'Not supported.', run: transactions }],
])

export async function runAction(
  context: FlightContext,
  call: FlightCall,
  { type, body }: Action,
): Promise<Buffer | undefined> {
  const action = actions.get(type)
  if (action === undefined) {
    throw new EverportError('feature_not_supported', `the action ${type} is not known`, {
      hint: 'ListActions tells which are',
    })
  }
  return await action.run(body, context, call)
}
