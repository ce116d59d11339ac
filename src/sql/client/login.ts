import type { Random } from '../../base/random.ts'
import {
  type DeriveKey,
  isServerProved,
  proveScram,
  type ScramProof,
  startScramClient,
} from '../auth/scram-client.ts'
import type { BackendMessage } from '../pgwire/messages/backend.ts'
import { protocolVersion30 } from '../pgwire/messages/frontend/startup-message.ts'
import type { MessageStream } from './message-stream.ts'
import { PostgresError, type ServerReport } from './postgres-error.ts'
import { serverReport } from './server-report.ts'

export interface LoginOptions {
  readonly user: string
  readonly password: string
  readonly database: string
  readonly applicationName: string
  readonly random: Random
  readonly deriveKey: DeriveKey
  readonly onNotice: (notice: ServerReport) => void
}

/** What the server told while it let us in. */
export interface LoggedIn {
  readonly parameters: Map<string, string>
  /** What a CancelRequest has to show; undefined when the server takes none. */
  readonly cancelKey: { readonly processId: number; readonly secret: Uint8Array } | undefined
}

const mechanism = 'SCRAM-SHA-256'

/** From the startup message to the first ReadyForQuery. A refusal is a PostgresError, anything out of order a NotPostgres. */
export async function login(stream: MessageStream, options: LoginOptions): Promise<LoggedIn> {
  stream.send({
    kind: 'StartupMessage',
    protocolVersion: protocolVersion30,
    parameters: new Map([
      ['user', options.user],
      ['database', options.database],
      ['application_name', options.applicationName],
      ['client_encoding', 'UTF8'],
    ]),
  })
  await authenticate(stream, options)
  return welcome(stream, options)
}

async function authenticate(stream: MessageStream, options: LoginOptions): Promise<void> {
  const first = await nextMessage(stream, options)
  // A server that asks for no password is taken at its word, but only before it has begun to ask.
  if (first.kind === 'AuthenticationOk') return
  if (first.kind === 'AuthenticationOther')
    throw stream.poison(`it asks for a login of kind ${first.code}; only ${mechanism} is known here`)
  if (first.kind !== 'AuthenticationSASL') throw outOfOrder(stream, 'AuthenticationSASL', first)
  if (!first.mechanisms.includes(mechanism)) throw stream.poison(`it does not offer ${mechanism}`)
  const client = startScramClient(nonce(options.random))
  stream.send({ kind: 'SASLInitialResponse', mechanism, data: Buffer.from(client.clientFirst) })

  const challenge = await nextMessage(stream, options)
  if (challenge.kind !== 'AuthenticationSASLContinue')
    throw outOfOrder(stream, 'AuthenticationSASLContinue', challenge)
  const proof = await prove(
    stream,
    proveScram(client, text(challenge.data), options.password, options.deriveKey),
  )
  stream.send({ kind: 'SASLResponse', data: Buffer.from(proof.clientFinal) })

  const final = await nextMessage(stream, options)
  if (final.kind !== 'AuthenticationSASLFinal') throw outOfOrder(stream, 'AuthenticationSASLFinal', final)
  if (!isServerProved(proof, text(final.data)))
    throw stream.poison('it could not prove that it knows the password')
  const last = await nextMessage(stream, options)
  if (last.kind !== 'AuthenticationOk') throw outOfOrder(stream, 'AuthenticationOk', last)
}

async function prove(stream: MessageStream, proof: Promise<ScramProof>): Promise<ScramProof> {
  try {
    return await proof
  } catch (error) {
    throw stream.poison(error instanceof Error ? error.message : String(error))
  }
}

function outOfOrder(stream: MessageStream, expected: string, found: BackendMessage): Error {
  return stream.poison(`${expected} expected, ${found.kind} found`)
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

async function welcome(stream: MessageStream, options: LoginOptions): Promise<LoggedIn> {
  const parameters = new Map<string, string>()
  let cancelKey: LoggedIn['cancelKey']
  for (;;) {
    const message = await nextMessage(stream, options)
    if (message.kind === 'ReadyForQuery') return { parameters, cancelKey }
    if (message.kind === 'ParameterStatus') parameters.set(message.name, message.value)
    else if (message.kind === 'BackendKeyData') cancelKey = message
    else if (message.kind !== 'NegotiateProtocolVersion') throw outOfOrder(stream, 'ReadyForQuery', message)
  }
}

/** The next message that is neither a notice nor an error. */
async function nextMessage(stream: MessageStream, options: LoginOptions): Promise<BackendMessage> {
  for (;;) {
    const frame = stream.take()
    if (frame === undefined) {
      await stream.more()
      continue
    }
    const message = stream.decode(frame)
    if (message.kind === 'NoticeResponse') options.onNotice(serverReport(message.fields))
    else if (message.kind === 'ErrorResponse') throw new PostgresError(serverReport(message.fields))
    else return message
  }
}

function nonce(random: Random): string {
  return Buffer.from(Uint32Array.from({ length: 6 }, () => random.uint32()).buffer).toString('base64')
}
