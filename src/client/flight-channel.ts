import { Client, type ClientReadableStream, Metadata } from '@grpc/grpc-js'
import type { Clock } from '../base/clock.ts'
import { type Endpoint, formatEndpoint } from '../base/network.ts'
import { type ChannelSecurity, clearText, tlsWith } from '../sql/flight/channel-security.ts'
import { flightService } from '../sql/flight/protocol.ts'
import { FlightFailure, flightFailure } from './flight-failure.ts'

/** Calls of FlightService on one connection. Every rejection is a FlightFailure. */
export interface FlightChannel {
  readonly to: Endpoint
  unary<T>(method: string, request: object, metadata: Metadata, signal?: AbortSignal): Promise<T>
  /** Messages of the answer; ending the loop early cancels the call. */
  stream<T>(method: string, request: object, metadata: Metadata, signal?: AbortSignal): AsyncIterable<T>
  /** Sends all and gives the first message of the answer, with its headers. */
  exchange<T>(method: string, requests: readonly unknown[], metadata: Metadata): Promise<Exchanged<T>>
  close(): void
}

export interface Exchanged<T> {
  readonly answer: T | undefined
  readonly headers: Metadata
}

/** The server's messages are about a quarter of a megabyte; one with a huge value may be larger. */
const receivedBytesMax = 512 * 1024 * 1024
/** Room for what is under way, so that a distant server is not stopped by the window of 64 KiB that HTTP/2 begins with. */
const windowBytes = 8 * 1024 * 1024

export interface ChannelOptions {
  readonly clock: Clock
  /** Until an exchange has its answer. */
  readonly timeoutMs: number
  /** Until a call has its answer, and one that streams its first message; Infinity: no bound. Default: `timeoutMs`. */
  readonly statementTimeoutMs?: number
  /** Undefined: clear text. */
  readonly tls?: ChannelTls | undefined
}

export interface ChannelTls {
  /** PEM: authorities that the server's certificate may be of. Undefined: those that Node.js trusts. */
  readonly ca: string | Uint8Array | undefined
  /** The name, or the address, that the certificate must be for. */
  readonly serverName: string
  /** PEM: what the client shows of itself to a server that asks for it. */
  readonly certificate?: string | Uint8Array | undefined
  readonly key?: string | Uint8Array | undefined
}

export function openChannel(to: Endpoint, options: ChannelOptions): FlightChannel {
  const { clock, timeoutMs, statementTimeoutMs = timeoutMs, tls } = options
  const security = securityOf(tls)
  const client = new Client(formatEndpoint(to), security.credentials, {
    ...security.options,
    'grpc.max_receive_message_length': receivedBytesMax,
    'grpc-node.flow_control_window': windowBytes,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_channelz': 0,
  })
  /** Cancels a call that has not answered in time. */
  const limit = (call: { cancel(): void }, limitMs: number): { over(): void; readonly isLate: boolean } => {
    let isLate = false
    const end = (): void => {
      isLate = true
      call.cancel()
    }
    const over = Number.isFinite(limitMs) ? clock.after(limitMs, end) : () => undefined
    return {
      over,
      get isLate() {
        return isLate
      },
    }
  }
  const late = (limitMs: number): FlightFailure =>
    new FlightFailure(
      `${formatEndpoint(to)} has not answered within ${limitMs} ms`,
      'DEADLINE_EXCEEDED',
      undefined,
    )

  return {
    to,
    unary: (method, request, metadata, signal) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = definition(method)
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadata,
          (error, answer) => {
            timer.over()
            signal?.removeEventListener('abort', abort)
            if (error === null) resolve(answer as never)
            else reject(timer.isLate ? late(statementTimeoutMs) : flightFailure(error))
          },
        )
        const timer = limit(call, statementTimeoutMs)
        const abort = (): void => call.cancel()
        signal?.addEventListener('abort', abort, { once: true })
        if (signal?.aborted === true) abort()
      }),
    async *stream<T>(method: string, request: object, metadata: Metadata, signal?: AbortSignal) {
      const { path, requestSerialize, responseDeserialize } = definition(method)
      const call = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
      )
      const timer = limit(call, statementTimeoutMs)
      const abort = (): void => call.cancel()
      signal?.addEventListener('abort', abort, { once: true })
      if (signal?.aborted === true) abort()
      try {
        for await (const message of call as ClientReadableStream<T> & AsyncIterable<T>) {
          timer.over()
          yield message
        }
      } catch (error) {
        throw timer.isLate ? late(statementTimeoutMs) : flightFailure(error)
      } finally {
        timer.over()
        signal?.removeEventListener('abort', abort)
        call.cancel()
      }
    },
    exchange: (method, requests, metadata) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = definition(method)
        const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
        const timer = limit(call, timeoutMs)
        let headers = new Metadata()
        let answer: unknown
        call.on('metadata', (found: Metadata) => {
          headers = found
        })
        call.on('data', (message: unknown) => {
          answer ??= message
        })
        call.on('error', error => {
          timer.over()
          reject(timer.isLate ? late(timeoutMs) : flightFailure(error))
        })
        call.on('end', () => {
          timer.over()
          resolve({ answer: answer as never, headers })
        })
        for (const request of requests) call.write(request)
        call.end()
      }),
    close: () => client.close(),
  }
}

/** Throws FlightFailure when the PEM texts are none. */
function securityOf(tls: ChannelTls | undefined): ChannelSecurity {
  if (tls === undefined) return clearText
  const { ca, certificate, key, serverName } = tls
  const pem = (text: string | Uint8Array | undefined): string | undefined =>
    text === undefined ? undefined : Buffer.from(text).toString('utf8')
  try {
    return tlsWith({ ca: pem(ca), certificate: pem(certificate), key: pem(key) }, serverName)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FlightFailure(
      `tls: expected ca, certificate and key to be PEM, and the key to be that of the certificate: ${reason}`,
      'INVALID_ARGUMENT',
      undefined,
      error,
    )
  }
}

function definition(method: string) {
  const found = flightService[method]
  if (found === undefined) throw new Error(`FlightService has no method ${method}`)
  return found
}
