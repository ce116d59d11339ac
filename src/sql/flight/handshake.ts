import type { ServerDuplexStream } from '@grpc/grpc-js'
import { decoded } from './any-message.ts'
import type { Caller, IncomingCall } from './authenticate.ts'
import type { FlightContext } from './flight-context.ts'
import { giveToken, told } from './identify.ts'
import { messageCodec } from './protocol.ts'

interface Handshake {
  readonly protocol_version: number
  readonly payload: Buffer
}

const basicAuth = messageCodec<{ username: string; password: string }>('BasicAuth')

/**
 * Logs in, in either of the ways that clients know: by the header `authorization: Basic …`, or by a BasicAuth message in the first payload. The
 * token is in the answer's headers and in its payload.
 */
export function handshake(context: FlightContext) {
  return (stream: ServerDuplexStream<Handshake, Handshake>): void => {
    let isOver = false
    const finish = (logIn: () => Promise<Caller>): void => {
      if (isOver) return
      isOver = true
      logIn().then(
        caller => {
          giveToken(stream, caller)
          const payload = Buffer.from(caller.newToken ?? '')
          stream.write({ protocol_version: 0, payload })
          stream.end()
        },
        (error: unknown) => stream.emit('error', told(context, error)),
      )
    }
    const hasHeader = stream.metadata.get('authorization').length > 0
    if (hasHeader) finish(() => context.authenticator.authenticate(stream))
    stream.on('data', ({ payload }: Handshake) => {
      finish(() => byPayload(context, stream, payload))
    })
    stream.on('end', () => finish(() => context.authenticator.authenticate(stream)))
  }
}

async function byPayload(
  { authenticator }: FlightContext,
  call: IncomingCall,
  payload: Buffer,
): Promise<Caller> {
  const { username, password } = decoded(basicAuth, 'BasicAuth', payload)
  return await authenticator.logIn(call, username, password)
}
