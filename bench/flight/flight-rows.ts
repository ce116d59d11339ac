import { Metadata } from '@grpc/grpc-js'
import { type Connection, type Endpoint, formatEndpoint } from '../../src/base/network.ts'
import { openChannel } from '../../src/client/flight-channel.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { packAny, sqlCodec } from '../../src/sql/flight/any-message.ts'
import type { FlightInfo, Ticket } from '../../src/sql/flight/messages.ts'
import { messageCodec } from '../../src/sql/flight/protocol.ts'
import { countMessages } from './grpc-messages.ts'
import type { Counted } from './postgres-rows.ts'

/**
 * Login and both steps. The rows of the second come over a socket of their own, of which only the frames of HTTP/2, the lengths of gRPC's
 * messages and the row counts in front of record batches are read: as little as `countPostgresRows` reads.
 */
export async function countFlightRows(
  at: Endpoint,
  credentials: { user: string; password: string },
  statement: string,
): Promise<Counted> {
  const channel = openChannel(at, { clock: systemClock, timeoutMs: 60_000 })
  const basic = new Metadata()
  const words = Buffer.from(`${credentials.user}:${credentials.password}`)
  basic.set('authorization', `Basic ${words.toString('base64')}`)
  const { headers } = await channel.exchange('Handshake', [], basic)
  const metadata = new Metadata()
  const authorization = String(headers.get('authorization')[0])
  metadata.set('authorization', authorization)
  const query = sqlCodec<{ query: string }>('CommandStatementQuery').encode({ query: statement })
  const info = await channel.unary<FlightInfo>(
    'GetFlightInfo',
    { type: 'CMD', cmd: packAny('CommandStatementQuery', query) },
    metadata,
  )
  channel.close()
  const ticket = info.endpoint[0]?.ticket?.ticket ?? Buffer.alloc(0)
  const connection = await systemNetwork.connect(at, { timeoutMs: 5_000 })
  const counted = counting(connection)
  connection.write(doGet(at, authorization, messageCodec<Ticket>('Ticket').encode({ ticket })))
  const found = await counted
  connection.destroy()
  return found
}

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7, windowUpdate: 8 } as const
const endStream = 1
const endHeaders = 4
const acknowledged = 1
const frameHeadBytes = 9
const windowBytes = 2 ** 31 - 1
const firstWindowBytes = 65_535

/** The client's side of a connection with one call, with windows that never close: TCP alone holds the server back. */
function doGet(at: Endpoint, authorization: string, request: Uint8Array): Buffer {
  const headers = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', '/arrow.flight.protocol.FlightService/DoGet'],
    [':authority', formatEndpoint(at)],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
    ['authorization', authorization],
  ]
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(request.length, 1)
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(frameTypes.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(windowBytes)])),
    frame(frameTypes.windowUpdate, 0, 0, uint32(windowBytes - firstWindowBytes)),
    // RFC 7541, section 6.2.2: literals without indexing, whose names are new.
    frame(
      frameTypes.headers,
      endHeaders,
      1,
      Buffer.concat(headers.flatMap(([name = '', value = '']) => [Buffer.of(0), text(name), text(value)])),
    ),
    frame(frameTypes.data, endStream, 1, Buffer.concat([prefix, request])),
  ])
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(frameHeadBytes)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** RFC 7541, section 5.2: the length in seven bits, or in those and bytes of seven bits each behind them. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes])
  const length = [127]
  let rest = bytes.length - 127
  for (; rest >= 128; rest >>= 7) length.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Buffer.from([...length, rest]), bytes])
}

/** Until the trailers. */
function counting(connection: Connection): Promise<Counted> {
  return new Promise((resolve, reject) => {
    const messages = countMessages()
    const head = Buffer.alloc(frameHeadBytes)
    let headFilled = 0
    let left = 0
    let type = 0
    connection.on('close', () => reject(new Error('the server hung up')))
    connection.on('data', chunk => {
      messages.bytes += chunk.length
      let at = 0
      while (at < chunk.length) {
        if (left === 0) {
          const count = Math.min(frameHeadBytes - headFilled, chunk.length - at)
          chunk.copy(head, headFilled, at, at + count)
          headFilled += count
          at += count
          if (headFilled < frameHeadBytes) return
          headFilled = 0
          left = head.readUIntBE(0, 3)
          type = head[3] ?? 0
          const flags = head[4] ?? 0
          if (type === frameTypes.headers && (flags & endStream) !== 0)
            return resolve({ rows: messages.rows, bytes: messages.bytes })
          if (type === frameTypes.reset || type === frameTypes.goAway)
            return reject(new Error(`the server ended the call: frame of type ${type}`))
          if (type === frameTypes.settings && (flags & acknowledged) === 0)
            connection.write(frame(frameTypes.settings, acknowledged, 0, Buffer.alloc(0)))
        }
        const end = Math.min(at + left, chunk.length)
        if (type === frameTypes.data) messages.take(chunk, at, end)
        left -= end - at
        at = end
      }
    })
  })
}
