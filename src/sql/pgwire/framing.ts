import { EverportError } from '../../base/errors.ts'

/** One message as it came: its type byte ('' for a startup packet, which has none) and its body, a view into what was received. */
export interface Frame {
  readonly type: string
  readonly body: Uint8Array
}

/** What the reader expects next. A startup packet has no type byte. */
export type Framing = 'startup' | 'messages'

const lengthBytes = 4
const empty = Buffer.alloc(0)

/**
 * Cuts a byte stream into frames, however it was split. Memory grows with what was really received, never with a length that the
 * other side only announced; a length above `bytesMax` is refused as soon as it is read. After a throw the stream is useless.
 */
export class FrameReader {
  framing: Framing
  /** Of one message, without its type byte. */
  bytesMax: number
  /** Unread bytes are `#bytes[#start … #end - 1]`. Returned frames point in here, so read bytes are never written over. */
  #bytes: Buffer = empty
  #start = 0
  #end = 0
  /** Whether `#bytes` is ours to append to; false while it is a chunk as the socket gave it. */
  #owned = false

  constructor(framing: Framing, bytesMax: number) {
    this.framing = framing
    this.bytesMax = bytesMax
  }

  get unreadBytes(): number {
    return this.#end - this.#start
  }

  /** Of what is unread; undefined when nothing is. */
  get firstByte(): number | undefined {
    return this.unreadBytes === 0 ? undefined : this.#bytes[this.#start]
  }

  /** What is unread, for somebody who reads it in another way. */
  takeUnread(): Uint8Array {
    const unread = Uint8Array.from(this.#bytes.subarray(this.#start, this.#end))
    this.#release()
    return unread
  }

  /** Takes a chunk over: the caller must not change it afterwards. */
  push(chunk: Uint8Array): void {
    const unread = this.unreadBytes
    if (unread === 0) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      this.#start = 0
      this.#end = chunk.length
      this.#owned = false
      return
    }
    if (!this.#owned || this.#bytes.length - this.#end < chunk.length) this.#moveTo(unread, chunk.length)
    this.#bytes.set(chunk, this.#end)
    this.#end += chunk.length
  }

  next(): Frame | undefined {
    const typeBytes = this.framing === 'messages' ? 1 : 0
    const unread = this.unreadBytes
    if (unread < typeBytes + lengthBytes) return undefined
    const length = this.#bytes.readUInt32BE(this.#start + typeBytes)
    if (length < lengthBytes || length > this.bytesMax) throw this.#lengthError(length)
    if (unread < typeBytes + length) return undefined
    const type = typeBytes === 0 ? '' : String.fromCharCode(this.#bytes[this.#start] ?? 0)
    const bodyStart = this.#start + typeBytes + lengthBytes
    this.#start += typeBytes + length
    const body = this.#bytes.subarray(bodyStart, this.#start)
    if (this.unreadBytes === 0) this.#release()
    return { type, body }
  }

  /** A connection that waits holds no buffer. */
  #release(): void {
    this.#bytes = empty
    this.#start = 0
    this.#end = 0
    this.#owned = false
  }

  /** Doubling keeps one-byte chunks linear. */
  #moveTo(unread: number, more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(unread * 2, unread + more))
    this.#bytes.copy(larger, 0, this.#start, this.#end)
    this.#bytes = larger
    this.#start = 0
    this.#end = unread
    this.#owned = true
  }

  #lengthError(length: number): EverportError {
    if (this.framing === 'startup')
      return new EverportError('protocol_violation', 'invalid length of startup packet')
    if (length < lengthBytes) return new EverportError('protocol_violation', 'invalid message length')
    return new EverportError('message_too_large', `message of ${length} bytes is too large`, {
      detail: `At most ${this.bytesMax} bytes are taken.`,
    })
  }
}
