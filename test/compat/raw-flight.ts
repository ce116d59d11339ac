import type { TestContext } from 'node:test'
import { Metadata } from '@grpc/grpc-js'
import type { Endpoint } from '../../src/base/network.ts'
import { type ChannelTls, type FlightChannel, openChannel } from '../../src/client/flight-channel.ts'
import { FlightFailure } from '../../src/client/flight-failure.ts'
import { readBatches } from '../../src/client/read-batches.ts'
import { systemClock } from '../../src/io/clock.ts'
import { packAny, sqlCodec } from '../../src/sql/flight/any-message.ts'
import type { FlightInfo } from '../../src/sql/flight/messages.ts'

/** Calls of a client that looks at every message. */
export interface RawFlight {
  readonly channel: FlightChannel
  readonly metadata: Metadata
  info(statement: string): Promise<FlightInfo>
}

export async function rawFlight(
  t: TestContext,
  at: Endpoint,
  user: string,
  password = 'secret',
  tls?: Partial<ChannelTls> & Pick<ChannelTls, 'serverName'>,
): Promise<RawFlight> {
  const channel = openChannel(at, {
    clock: systemClock,
    timeoutMs: 10_000,
    tls: tls && { ca: undefined, ...tls },
  })
  t.after(() => channel.close())
  const basic = new Metadata()
  basic.set('authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
  const { headers } = await channel.exchange('Handshake', [], basic)
  const metadata = new Metadata()
  metadata.set('authorization', String(headers.get('authorization')[0]))
  const command = sqlCodec<{ query: string }>('CommandStatementQuery')
  return {
    channel,
    metadata,
    info: query =>
      channel.unary<FlightInfo>(
        'GetFlightInfo',
        { type: 'CMD', cmd: packAny('CommandStatementQuery', command.encode({ query })) },
        metadata,
      ),
  }
}

/** Rows that a ticket gives there, or the status of the refusal. */
export async function countRows(
  channel: FlightChannel,
  { metadata }: RawFlight,
  ticket: Buffer | undefined,
): Promise<number | string> {
  let rows = 0
  try {
    for await (const batch of readBatches(channel.stream('DoGet', { ticket }, metadata)))
      rows += batch.numRows
    return rows
  } catch (error) {
    return error instanceof FlightFailure ? error.status : String(error)
  }
}
