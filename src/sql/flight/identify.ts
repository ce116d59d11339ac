import { Metadata } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import type { Caller, IncomingCall } from './authenticate.ts'
import type { FlightCall, FlightContext } from './flight-context.ts'
import { type FlightError, flightError } from './flight-status.ts'

/** The header by which a client says that it cannot reach a second port. */
export const singlePortHeader = 'x-everport-single-port'

/** Who asks, on every call anew. Rejects who cannot say. */
export async function identified(
  context: FlightContext,
  call: IncomingCall & { sendMetadata(metadata: Metadata): void },
): Promise<FlightCall> {
  context.counters.calls++
  const caller = await context.authenticator.authenticate(call)
  giveToken(call, caller)
  return {
    user: caller.user,
    singlePort: call.metadata.get(singlePortHeader)[0] === 'true',
    isForwarded: caller.isForwarded === true,
  }
}

/** Who came with a password finds the token in the answer's headers. */
export function giveToken(call: { sendMetadata(metadata: Metadata): void }, { newToken }: Caller): void {
  if (newToken === undefined) return
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${newToken}`)
  call.sendMetadata(metadata)
}

export function told(context: FlightContext, error: unknown): FlightError {
  if (error instanceof EverportError) {
    if (error.code === 'invalid_password') context.counters.loginsFailed++
  } else {
    context.log.error('flight call failed', { error: error instanceof Error ? error.stack : String(error) })
  }
  return flightError(error)
}
