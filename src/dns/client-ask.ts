import type { Clock } from '../base/clock.ts'
import type { Connection, Datagrams, Endpoint, Network } from '../base/network.ts'
import { decodeMessage, type Message } from './wire/message.ts'
import { WireError } from './wire/wire-error.ts'

export interface AskPorts {
  readonly network: Network
  readonly clock: Clock
}

export interface Way {
  readonly timeoutMs: number
  /** Local address; any by default. */
  readonly from?: string
}

/** A reply, or in words why there is none. */
export type Outcome = Message | string

/** The reply to `query`, or undefined for anything else: noise, a late answer, or a forgery. */
function replyTo(query: Uint8Array, bytes: Uint8Array): Message | undefined {
  try {
    const [asked, reply] = [decodeMessage(query), decodeMessage(bytes)]
    const [question, answered] = [asked.questions[0], reply.questions[0]]
    if (!reply.isResponse || reply.id !== asked.id || reply.questions.length !== 1) return undefined
    if (answered?.name !== question?.name || answered?.type !== question?.type) return undefined
    return reply
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

export async function askByUdp(
  { network, clock }: AskPorts,
  server: Endpoint,
  query: Uint8Array,
  { timeoutMs, from: local = server.address.includes(':') ? '::' : '0.0.0.0' }: Way,
): Promise<Outcome> {
  let settle: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>(resolve => {
    settle = resolve
  })
  let socket: Datagrams
  try {
    socket = await network.datagrams({ address: local, port: 0 }, (data, from) => {
      if (from.address !== server.address || from.port !== server.port) return
      const reply = replyTo(query, data)
      if (reply !== undefined) settle(reply)
    })
  } catch (error) {
    return error instanceof Error ? error.message : 'no socket'
  }
  const cancel = clock.after(timeoutMs, () => settle(`no answer within ${timeoutMs} ms`))
  socket.send(query, server)
  const result = await outcome
  cancel()
  await socket.close()
  return result
}

export async function askByTcp(
  { network, clock }: AskPorts,
  server: Endpoint,
  query: Uint8Array,
  { timeoutMs, from }: Way,
): Promise<Outcome> {
  let connection: Connection
  try {
    connection = await network.connect(server, { timeoutMs, ...(from === undefined ? {} : { from }) })
  } catch (error) {
    return error instanceof Error ? error.message : 'no connection'
  }
  const outcome = await new Promise<Outcome>(resolve => {
    const cancel = clock.after(timeoutMs, () => settle(`no answer by TCP within ${timeoutMs} ms`))
    const settle = (result: Outcome): void => {
      cancel()
      resolve(result)
    }
    let received = Buffer.alloc(0)
    connection.on('data', data => {
      received = Buffer.concat([received, data])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const reply = replyTo(query, received.subarray(2, 2 + received.readUInt16BE(0)))
      settle(reply ?? 'the answer by TCP is no answer to the question')
    })
    connection.on('error', error => settle(error.message))
    connection.on('close', () => settle('connection closed before the answer'))
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    connection.write(Buffer.concat([length, query]))
  })
  connection.destroy()
  return outcome
}
