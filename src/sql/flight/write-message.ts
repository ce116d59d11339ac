import type { Writable } from 'node:stream'
import { Metadata, type ServerWritableStream } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'

/** Length-Prefixed-Message of gRPC over HTTP/2: not compressed, and the length. */
const prefixBytes = 5

/**
 * Sends one message; resolves when HTTP/2 has taken it, which it does as fast as the client reads, and rejects when the client has gone.
 * `bytes` must stay as they are until then.
 *
 * gRPC would copy each message behind its prefix, into memory of its own that nobody uses again, for which V8 collects all garbage again
 * and again. So prefix and message go to the HTTP/2 stream beneath as they are.
 */
export function writeMessage<T>(stream: ServerWritableStream<T, Buffer>, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.cancelled) return reject(cancelled())
    const stop = (): void => reject(cancelled())
    const done = (error: Error | null | undefined): void => {
      stream.off('cancelled', stop)
      if (error === null || error === undefined) resolve()
      else reject(cancelled())
    }
    stream.once('cancelled', stop)
    const beneath = streamBeneath(stream)
    if (beneath === undefined) return void stream.write(bytes, done)
    if (beneath.destroyed || beneath.writableEnded) return done(cancelled())
    // The headers, the first time.
    stream.sendMetadata(new Metadata())
    const prefix = Buffer.alloc(prefixBytes)
    prefix.writeUInt32BE(bytes.length, 1)
    beneath.cork()
    beneath.write(prefix)
    beneath.write(bytes, done)
    beneath.uncork()
  })
}

/** The HTTP/2 stream of a call. gRPC does not show it; a version that keeps it elsewhere writes, and copies, by itself. */
export function streamBeneath(stream: object): Writable | undefined {
  const { call } = stream as { call?: { stream?: Partial<Writable> } }
  const found = call?.stream
  return typeof found?.write === 'function' && typeof found.cork === 'function'
    ? (found as Writable)
    : undefined
}

function cancelled(): EverportError {
  return new EverportError('query_cancelled', 'the client has gone')
}
