import { EverportError } from '../../../base/errors.ts'
import { decoded } from '../any-message.ts'
import { endpointOf, openTicket } from '../flight-info.ts'
import type { FlightEndpoint } from '../messages.ts'
import { messageCodec } from '../protocol.ts'
import { ticketLifetimeMs } from '../ticket.ts'
import type { ActionHandler } from './actions.ts'

const request = messageCodec<{ endpoint: FlightEndpoint | null }>('RenewFlightEndpointRequest')
const result = messageCodec<FlightEndpoint>('FlightEndpoint')

/** A ticket that is still good, good for longer. */
export const renewFlightEndpoint: ActionHandler = (body, context, call) => {
  const { endpoint } = decoded(request, 'RenewFlightEndpointRequest', body)
  const ticket = endpoint?.ticket?.ticket
  if (ticket === undefined) throw new EverportError('invalid_input', 'the endpoint has no ticket')
  const words = openTicket(context, call.user, ticket)
  return result.encode(
    endpointOf(context, call, { ...words, expiresMs: context.sealer.wallMs() + ticketLifetimeMs }),
  )
}
