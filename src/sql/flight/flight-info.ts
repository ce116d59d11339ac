import { EverportError } from '../../base/errors.ts'
import { encapsulated, schemaMessage } from '../arrow/schema-message.ts'
import { packAny, sqlCodec, unpackAny } from './any-message.ts'
import { locationsOf } from './endpoints.ts'
import type { FlightCall, FlightContext } from './flight-context.ts'
import type { FlightDescriptor, FlightEndpoint, FlightInfo, Timestamp } from './messages.ts'
import { isMetadataCommand } from './metadata/metadata-commands.ts'
import { schemaDigest } from './result-source.ts'
import { openOwnWords, sealWords } from './sealed-words.ts'
import { type TicketWords, type TicketWork, ticketLifetimeMs } from './ticket.ts'
import { inSession, workSource } from './work-source.ts'

const statementQuery = sqlCodec<{ query: string }>('CommandStatementQuery')
const preparedQuery = sqlCodec<{ prepared_statement_handle: Buffer }>('CommandPreparedStatementQuery')
const statementTicket = sqlCodec<{ statement_handle: Buffer }>('TicketStatementQuery')

/** The first step: what the result looks like and where it can be had. Nothing runs yet. */
export async function flightInfo(
  context: FlightContext,
  call: FlightCall,
  descriptor: FlightDescriptor,
): Promise<FlightInfo> {
  const work = workOf(context, call, descriptor)
  const fields = await fieldsOf(context, call, work)
  const expiresMs = context.sealer.wallMs() + ticketLifetimeMs
  const words: TicketWords = {
    user: call.user,
    expiresMs,
    id: queryId(context),
    catalog: context.catalogVersion(),
    schema: schemaDigest(fields),
    work,
  }
  return {
    schema: Buffer.from(encapsulated(schemaMessage(fields))),
    flight_descriptor: descriptor,
    endpoint: [endpointOf(context, call, words)],
    // Unknown until it has run.
    total_records: -1,
    total_bytes: -1,
    ordered: false,
    app_metadata: Buffer.alloc(0),
  }
}

export async function flightSchema(
  context: FlightContext,
  call: FlightCall,
  descriptor: FlightDescriptor,
): Promise<Buffer> {
  const fields = await fieldsOf(context, call, workOf(context, call, descriptor))
  return Buffer.from(encapsulated(schemaMessage(fields)))
}

export function endpointOf(context: FlightContext, call: FlightCall, words: TicketWords): FlightEndpoint {
  const handle = sealWords(context.sealer, 'ticket', words)
  const ticket = packAny('TicketStatementQuery', statementTicket.encode({ statement_handle: handle }))
  return {
    ticket: { ticket },
    location: locationsOf(context.places(), call.singlePort).map(uri => ({ uri })),
    // Present: the client may redeem it again (Flight.proto).
    expiration_time: timestamp(words.expiresMs),
    app_metadata: Buffer.alloc(0),
  }
}

/** What a ticket says, believed: signed by a node of this installation, not expired, and the caller's own. */
export function openTicket(context: FlightContext, user: string, ticket: Uint8Array): TicketWords {
  const { name, value } = unpackAny(ticket)
  if (name !== 'TicketStatementQuery') {
    throw new EverportError('invalid_input', 'the ticket is not one of GetFlightInfo', {
      detail: `It is a ${name}.`,
    })
  }
  return openOwnWords(context.sealer, 'ticket', statementTicket.decode(value).statement_handle, user)
}

function workOf(context: FlightContext, { user }: FlightCall, descriptor: FlightDescriptor): TicketWork {
  if (descriptor.type !== 'CMD' && descriptor.type !== 2) {
    throw new EverportError('invalid_input', 'the descriptor is not a command', {
      hint: 'data is asked for by Flight SQL commands, not by path',
    })
  }
  const command = unpackAny(descriptor.cmd)
  if (command.name === 'CommandStatementQuery') {
    return { kind: 'statement', statement: statementQuery.decode(command.value).query }
  }
  if (command.name === 'CommandPreparedStatementQuery') {
    const handle = preparedQuery.decode(command.value).prepared_statement_handle
    const { statement, parameters } = openOwnWords(context.sealer, 'statement', handle, user)
    const bound = parameters ?? context.bound.get(handle.toString('base64'))
    return { kind: 'statement', statement, ...(bound === undefined ? {} : { parameters: bound }) }
  }
  if (isMetadataCommand(command.name)) {
    return { kind: 'command', command: descriptor.cmd.toString('base64') }
  }
  throw new EverportError('feature_not_supported', `${command.name} is not supported`)
}

async function fieldsOf(context: FlightContext, { user }: FlightCall, work: TicketWork) {
  return await inSession(context, user, async session => {
    const source = await workSource(context, session, work)
    source.close()
    return source.fields
  })
}

function queryId({ random }: FlightContext): string {
  return Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0')).join('')
}

function timestamp(ms: number): Timestamp {
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 }
}
