import type { ServerWritableStream } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import { flightDataWriter } from '../arrow/flight-data.ts'
import { schemaMessage } from '../arrow/schema-message.ts'
import type { FlightCall, FlightContext } from './flight-context.ts'
import { openTicket } from './flight-info.ts'
import type { Ticket } from './messages.ts'
import { type ResultSource, schemaDigest } from './result-source.ts'
import type { TicketWords } from './ticket.ts'
import { inSession, workSource } from './work-source.ts'
import { writeMessage } from './write-message.ts'

/** The second step, on whichever node it arrives: runs what the ticket says and streams its record batches. */
export async function doGet(
  context: FlightContext,
  { user }: FlightCall,
  stream: ServerWritableStream<Ticket, Buffer>,
): Promise<void> {
  const words = redeemed(context, user, stream.request.ticket)
  await inSession(context, user, async session => {
    const query = context.running.begin(words.id, user, () => session.cancel())
    // The client has gone, or has cancelled the call.
    stream.once('cancelled', () => session.cancel())
    try {
      if (stream.cancelled) return
      const source = await workSource(context, session, words.work)
      try {
        checkSchema(words, source, context)
        await send(context, source, stream)
      } finally {
        source.close()
      }
    } catch (error) {
      throw query.stopped ?? error
    } finally {
      query.end()
    }
  })
}

function redeemed(context: FlightContext, user: string, ticket: Uint8Array): TicketWords {
  try {
    return openTicket(context, user, ticket)
  } catch (error) {
    context.counters.ticketsRefused++
    context.log.warn('flight ticket refused', { user, reason: error instanceof Error ? error.message : '' })
    throw error
  }
}

/** The client has been told a schema; a catalog that changed since may give another. */
function checkSchema(words: TicketWords, { fields }: ResultSource, context: FlightContext): void {
  if (schemaDigest(fields) === words.schema) return
  throw new EverportError('invalid_input', 'the catalog has changed since the ticket was issued', {
    detail: `The result has other columns now: catalog ${context.catalogVersion()}, the ticket is of ${words.catalog}.`,
    hint: 'run the statement again',
  })
}

/**
 * The schema goes out with the first batch, so that an error of the first rows comes before anything else and a client tries its next
 * location. The next batch is made while the last one is on its way; the one before that has gone when its memory is used again.
 */
async function send(
  { counters }: FlightContext,
  source: ResultSource,
  stream: ServerWritableStream<Ticket, Buffer>,
): Promise<void> {
  let sent: Promise<void> | undefined
  const schema = flightDataWriter().write(schemaMessage(source.fields), [])
  for await (const { bytes, rowCount } of source.batches()) {
    await (sent ?? writeMessage(stream, schema))
    sent = writeMessage(stream, bytes)
    // Awaited before the next write; until then a failure must not end the process.
    sent.catch(() => undefined)
    counters.bytesSent += bytes.length
    counters.rowsSent += rowCount
  }
  await (sent ?? writeMessage(stream, schema))
}
