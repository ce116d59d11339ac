import { type Clock, every } from '../../base/clock.ts'
import type { Connection, Endpoint, Listening, Network } from '../../base/network.ts'
import { putUint16 } from '../wire/writer.ts'
import { type ConnectionLimits, type ConnectionTable, connectionTable } from './connection-limits.ts'
import { noFrames, takeFrames } from './tcp-frames.ts'

export interface TcpServerOptions {
  readonly network: Network
  readonly clock: Clock
  readonly at: Endpoint
  readonly limits: ConnectionLimits
  readonly reply: (query: Uint8Array, address: string) => Uint8Array | undefined
}

/** How often idle connections are looked for. */
const sweepIntervalMs = 1_000

/** Queries of one connection are answered in order, as many as come (RFC 7766). */
export async function startTcpServer(options: TcpServerOptions): Promise<Listening> {
  const { network, clock, at, limits } = options
  const table = connectionTable<Connection>(limits)
  const listening = await network.listen(at, {}, connection => serve(options, table, connection))
  const stopSweep = every(clock, sweepIntervalMs, () => closeAll(table.expire(clock.now())))
  return {
    at: listening.at,
    async close() {
      stopSweep()
      await listening.close()
      closeAll(table.all())
    },
  }
}

function closeAll(connections: readonly Connection[]): void {
  for (const connection of connections) connection.destroy()
}

function serve(
  { clock, reply }: TcpServerOptions,
  table: ConnectionTable<Connection>,
  connection: Connection,
): void {
  // Gone before it was accepted: it has no address any more.
  const address = connection.remoteAddress
  if (address === undefined) return void connection.destroy()
  connection.on('error', () => undefined)
  connection.on('close', () => table.remove(connection))
  closeAll(table.add(connection, address, clock.now()))
  let frames = noFrames
  const receive = (data: Uint8Array): void => {
    let isWritable = true
    connection.cork()
    const next = takeFrames(frames, data, query => {
      table.use(connection, clock.now())
      const answered = reply(query, address)
      if (answered !== undefined) isWritable = connection.write(framed(answered))
      return isWritable
    })
    connection.uncork()
    if (next === undefined) return void connection.destroy()
    frames = next
    // A client that asks without reading is not read from either, and the idle timeout ends it.
    if (!isWritable) connection.pause()
  }
  connection.on('data', receive)
  connection.on('drain', () => {
    connection.resume()
    receive(noFrames.rest)
  })
}

function framed(message: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(2 + message.length)
  putUint16(bytes, 0, message.length)
  bytes.set(message, 2)
  return bytes
}
