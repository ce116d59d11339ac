import { assert } from '../../base/assert.ts'
import type { Connection } from '../../base/network.ts'
import type { ByteWriter } from './byte-writer.ts'
import { type BackendMessage, encodeBackend } from './messages/backend.ts'

/**
 * From here on a batch is given to the socket as it is. A socket of node answers `false` to a write of its high-water mark (16 KiB, or
 * 64 KiB in later versions) or more, and then says 'drain' when every byte has left; below it, it never tells when.
 */
const borrowedBytesMin = 64 * 1024
/** Messages are collected up to here. */
const collectedBytesMax = 16 * 1024

/** What one connection is to be sent. */
export interface Outbox {
  add(message: BackendMessage): void
  /** Takes whole messages. The bytes must not change while `isBorrowing`. */
  addRows(bytes: Uint8Array): void
  /** Gives what was collected to the socket. */
  flush(): void
  /** Keeps what was collected until the next flush, which comes in this turn of the event loop: one write instead of several. */
  hold(): void
  /** The last rows are still read by the socket. */
  readonly isBorrowing: boolean
  /** Make nothing more to send; `writable` is called when that has passed. */
  readonly isBlocked: boolean
}

/**
 * `writer` may be shared by all connections: it is empty after every flush, and what is added is flushed before control goes back to the
 * event loop.
 */
export function createOutbox(
  connection: Connection,
  writer: ByteWriter,
  outputBytesMax: number,
  counters: { bytesSent: number },
  writable: () => void,
): Outbox {
  let isBorrowing = false
  let held: Uint8Array | undefined
  assert(
    outputBytesMax >= borrowedBytesMin,
    'below its high-water mark a socket does not say when it has drained',
  )

  const write = (bytes: Uint8Array): boolean => {
    counters.bytesSent += bytes.length
    return connection.write(bytes)
  }
  const takeCollected = (): Uint8Array | undefined => {
    const before = held
    held = undefined
    if (before === undefined) return writer.length > 0 ? writer.take() : undefined
    return writer.length > 0 ? Buffer.concat([before, writer.take()]) : before
  }
  const flush = (): void => {
    const collected = takeCollected()
    if (collected !== undefined) write(collected)
  }
  connection.on('drain', () => {
    isBorrowing = false
    writable()
  })
  connection.on('close', () => {
    isBorrowing = false
  })

  return {
    add(message) {
      encodeBackend(message, writer)
      if (writer.length >= collectedBytesMax) flush()
    },
    addRows(bytes) {
      if (writer.length + bytes.length < collectedBytesMax) {
        writer.bytes(bytes)
        return
      }
      flush()
      if (bytes.length < borrowedBytesMin) {
        write(Buffer.from(bytes))
        return
      }
      const willDrain = !write(bytes)
      // Everything the kernel took at once is no longer ours to keep.
      isBorrowing = !connection.destroyed && connection.writableLength > 0
      assert(willDrain || !isBorrowing, 'the socket keeps a large batch without saying when it is done')
    },
    flush,
    hold() {
      held = takeCollected()
    },
    get isBorrowing() {
      return isBorrowing
    },
    get isBlocked() {
      return isBorrowing || connection.writableLength > outputBytesMax
    },
  }
}
