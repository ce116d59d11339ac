import { decoded, packAny, sqlCodec, unpackAny } from '../any-message.ts'
import type { FlightCall, FlightContext } from '../flight-context.ts'
import { openTicket } from '../flight-info.ts'
import type { FlightInfo } from '../messages.ts'
import { messageCodec } from '../protocol.ts'
import type { ActionHandler } from './actions.ts'

const request = messageCodec<{ info: FlightInfo | null }>('CancelFlightInfoRequest')
const result = messageCodec<{ status: number }>('CancelFlightInfoResult')
const info = messageCodec<FlightInfo>('FlightInfo')

/** CancelStatus: 1 cancelled, 3 not cancellable, which is what a query is that runs nowhere (any more, or yet). */
const cancelled = 1
const notCancellable = 3

export const cancelFlightInfo: ActionHandler = async (body, context, call) => {
  const asked = decoded(request, 'CancelFlightInfoRequest', body)
  return result.encode({ status: await cancel(context, call, asked.info) })
}

const queryRequest = sqlCodec<{ info: Buffer }>('ActionCancelQueryRequest')
const queryResult = sqlCodec<{ result: number }>('ActionCancelQueryResult')

/** Deprecated, and still what some clients send. The numbers of its result are the same. */
export const cancelQuery: ActionHandler = async (body, context, call) => {
  const asked = queryRequest.decode(unpackAny(body).value)
  const status = await cancel(context, call, decoded(info, 'FlightInfo', asked.info))
  return packAny('ActionCancelQueryResult', queryResult.encode({ result: status }))
}

async function cancel(
  context: FlightContext,
  { user, isForwarded }: FlightCall,
  asked: FlightInfo | null,
): Promise<number> {
  let status = notCancellable
  for (const { ticket } of asked?.endpoint ?? []) {
    if (ticket === null) continue
    const { id } = openTicket(context, user, ticket.ticket)
    // Redeemed perhaps on another node; who was asked by another node asks nobody.
    const found =
      context.running.cancel(id, user) ||
      (!isForwarded && (await context.cancelElsewhere(ticket.ticket, user)))
    if (found) status = cancelled
  }
  return status
}
