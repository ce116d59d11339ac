import { Metadata } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import type { Caller } from './authenticate.ts'
import type { FlightCall, FlightContext } from './flight-context.ts'
import { type FlightError, flightError } from './flight-status.ts'

/** Headers by which a client says more about its call. */
export const singlePortHeader = 'x-everport-single-port'
export const forwardedHeader = 'x-everport-forwarded'

/** Who asks, on every call anew. Rejects who cannot say. */
export async function identified(
  context: FlightContext,
  call: { readonly metadata: Metadata; sendMetadata(metadata: Metadata): void },
): Promise<FlightCall> {
  context.counters.calls++
  const caller = await context.authenticator.authenticate(call.metadata)
  giveToken(call, caller)
  const says = (header: string): boolean => call.metadata.get(header)[0] === 'true'
  return { user: caller.user, singlePort: says(singlePortHeader), isForwarded: says(forwardedHeader) }
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
