import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import {
  type Connection,
  type Datagrams,
  type Endpoint,
  formatEndpoint,
  type Network,
} from '../base/network.ts'
import { fraction, type Random } from '../base/random.ts'
import { classes, rcodes, wireLimits } from './wire/codes.ts'
import { decodeMessage, emptyMessage, encodeMessage, type Message } from './wire/message.ts'
import { type Name, nameKey } from './wire/name.ts'
import { codecOfType } from './wire/records/table.ts'
import type { ResourceRecord } from './wire/resource-record.ts'
import { WireError } from './wire/wire-error.ts'

export interface ResolveOptions {
  /** Asked in turn; the next one after each failure. */
  readonly servers: readonly Endpoint[]
  /** For one try. */
  readonly timeoutMs: number
  /** After the first round through all servers, so many more. */
  readonly retries: number
  /** Local address to ask from; any by default. */
  readonly from?: string
}

export interface ResolverPorts {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
}

/** `records` of the type asked for, after any CNAME; none when the name exists without that type, or does not exist. */
export interface Resolution {
  readonly exists: boolean
  readonly records: readonly ResourceRecord[]
}

type Resolve = (name: Name, type: string, options: ResolveOptions) => Promise<Resolution>

/**
 * A stub resolver that keeps nothing. It takes only an answer that comes from the server asked, with the random id and the very
 * same question, in which the case of the letters is random too (0x20): a forger has to guess both.
 */
export function resolver(ports: ResolverPorts): Resolve {
  return async (name, type, options) => {
    const code = typeCode(name, type)
    const failures: string[] = []
    for (let round = 0; round <= options.retries; round++) {
      for (const server of options.servers) {
        const outcome = await ask(ports, server, { ...options, name, code })
        if (typeof outcome === 'object') return resolution(outcome, code)
        failures.push(`${formatEndpoint(server)}: ${outcome}`)
      }
    }
    throw new EverportError('connection_failure', `no name server answered for ${name} ${type}`, {
      detail: failures.join('\n'),
      hint: 'look at the name server with: everport status',
    })
  }
}

function typeCode(name: Name, type: string): number {
  try {
    nameKey(name)
    return codecOfType(type).code
  } catch (error) {
    if (error instanceof WireError) throw new EverportError('invalid_input', error.message)
    throw error
  }
}

interface Ask extends Pick<ResolveOptions, 'timeoutMs' | 'from'> {
  readonly name: Name
  readonly code: number
}

type Outcome = Message | string

async function ask(ports: ResolverPorts, server: Endpoint, asked: Ask): Promise<Outcome> {
  const query = encodeMessage({
    ...emptyMessage,
    id: ports.random.uint32() >>> 16,
    questions: [{ name: randomCase(asked.name, ports.random), type: asked.code, class: classes.internet }],
    edns: {
      payloadBytesMax: wireLimits.ednsUdpBytesMax,
      version: 0,
      dnssecOk: false,
      extendedRcode: 0,
    },
  })
  const deadline = ports.clock.now() + asked.timeoutMs
  const byUdp = await askByUdp(ports, server, query, asked)
  if (typeof byUdp === 'string' || !byUdp.truncated) return verdict(byUdp)
  const timeoutMs = Math.max(1, deadline - ports.clock.now())
  return verdict(await askByTcp(ports, server, query, { ...asked, timeoutMs }))
}

/** What counts as an answer; anything else sends us to the next server. */
function verdict(outcome: Outcome): Outcome {
  if (typeof outcome === 'string') return outcome
  const { rcode } = outcome
  return rcode === rcodes.noError || rcode === rcodes.nameError ? outcome : `answered with code ${rcode}`
}

function resolution(message: Message, code: number): Resolution {
  return {
    exists: message.rcode === rcodes.noError,
    records: message.answers.filter(record => codecOfType(record.data.type).code === code),
  }
}

function randomCase(name: Name, random: Random): Name {
  const absolute = name.endsWith('.') ? name : `${name}.`
  return absolute.replaceAll(/[a-z]/gi, letter =>
    fraction(random) < 0.5 ? letter.toLowerCase() : letter.toUpperCase(),
  )
}

/** The reply to `query`, or undefined for anything else: noise, a late answer, or a forgery. */
export function replyTo(query: Uint8Array, bytes: Uint8Array): Message | undefined {
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

type Way = Pick<ResolveOptions, 'timeoutMs' | 'from'>

async function askByUdp(
  { network, clock }: ResolverPorts,
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

async function askByTcp(
  { network, clock }: ResolverPorts,
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
