import { type Clock, every } from '../../base/clock.ts'
import type { Connection, Endpoint, Listening, Network } from '../../base/network.ts'
import { putUint16 } from '../wire/writer.ts'
import { type ConnectionLimits, type ConnectionTable, connectionTable } from './connection-limits.ts'
import { keptFrames, noFrames, takeFrames } from './tcp-frames.ts'

/** To one message: none, one, or many that are made as the client takes them. */
export type Replies = Uint8Array | Iterable<Uint8Array> | undefined

export interface TcpServerOptions {
  readonly network: Network
  readonly clock: Clock
  readonly at: Endpoint
  readonly limits: ConnectionLimits
  readonly reply: (query: Uint8Array, address: string) => Replies
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
  /** A reply of many messages that is under way; later queries wait behind it. */
  let rest: Iterator<Uint8Array> | undefined
  /** False when the client is to read first. */
  const send = (message: Uint8Array): boolean => {
    table.use(connection, clock.now())
    return connection.write(framed(message))
  }
  const sendRest = (): boolean => {
    while (rest !== undefined) {
      const { done, value } = rest.next()
      if (done === true) rest = undefined
      else if (!send(value)) return false
    }
    return true
  }
  const receive = (data: Uint8Array): void => {
    connection.cork()
    let isWritable = sendRest()
    const take = (query: Uint8Array): boolean => {
      table.use(connection, clock.now())
      const replies = reply(query, address)
      if (replies instanceof Uint8Array) isWritable = send(replies)
      else if (replies !== undefined) {
        rest = replies[Symbol.iterator]()
        isWritable = sendRest()
      }
      return isWritable
    }
    const next = isWritable ? takeFrames(frames, data, take) : keptFrames(frames, data)
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
