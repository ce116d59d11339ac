import type {
  Metadata,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import { actions, runAction } from './actions/actions.ts'
import type { IncomingCall } from './authenticate.ts'
import { doGet } from './do-get.ts'
import { doPut } from './do-put.ts'
import type { FlightCall, FlightContext } from './flight-context.ts'
import { flightInfo, flightSchema } from './flight-info.ts'
import { handshake } from './handshake.ts'
import { identified, told } from './identify.ts'
import type { Action, FlightDescriptor, Ticket } from './messages.ts'

/** FlightService, every method: who asks is found out first, and whatever goes wrong is told in gRPC's terms. */
export function flightMethods(context: FlightContext): UntypedServiceImplementation {
  const unary =
    <I, O>(work: (call: FlightCall, request: I) => Promise<O>) =>
    (call: ServerUnaryCall<I, O>, answer: sendUnaryData<O>): void => {
      identified(context, call)
        .then(async who => answer(null, await work(who, call.request)))
        .catch((error: unknown) => answer(told(context, error)))
    }
  const streaming =
    <S extends Streaming>(work: (call: FlightCall, stream: S) => Promise<void>) =>
    (stream: S): void => {
      identified(context, stream)
        .then(async who => await work(who, stream))
        .then(
          () => stream.end(),
          (error: unknown) => stream.emit('error', told(context, error)),
        )
    }
  return {
    Handshake: handshake(context),
    GetFlightInfo: unary((call, request: FlightDescriptor) => flightInfo(context, call, request)),
    // Nothing runs before the second step, so there is never anything to wait for.
    PollFlightInfo: unary(async (call, request: FlightDescriptor) => ({
      info: await flightInfo(context, call, request),
      progress: 1,
    })),
    GetSchema: unary(async (call, request: FlightDescriptor) => ({
      schema: await flightSchema(context, call, request),
    })),
    DoGet: streaming((call, stream: ServerWritableStream<Ticket, Buffer>) => doGet(context, call, stream)),
    DoPut: streaming((call, stream: ServerDuplexStream<Buffer, { app_metadata: Buffer }>) =>
      doPut(context, call, stream),
    ),
    DoAction: streaming(async (call, stream: ServerWritableStream<Action, { body: Buffer }>) => {
      const body = await runAction(context, call, stream.request)
      if (body !== undefined) stream.write({ body })
    }),
    ListActions: streaming((_call, stream: ServerWritableStream<object, object>) => {
      for (const [type, { description }] of actions) stream.write({ type, description })
      return Promise.resolve()
    }),
    // What there is to query is told by the metadata commands.
    ListFlights: streaming((_call, _stream: ServerWritableStream<object, object>) => Promise.resolve()),
    DoExchange: streaming((_call, _stream: ServerDuplexStream<Buffer, Buffer>) =>
      Promise.reject(new EverportError('feature_not_supported', 'DoExchange is not supported')),
    ),
  }
}

interface Streaming extends IncomingCall {
  sendMetadata(metadata: Metadata): void
  end(): unknown
  emit(event: 'error', error: unknown): boolean
}
