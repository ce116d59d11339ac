import { assert } from '../../base/assert.ts'

const startBytes = 1024
/** A buffer that a large message has grown beyond this is not kept. */
const keptBytesMax = 64 * 1024

/** Collects messages. One writer serves a whole process: what `take` returns is a copy, so nothing of it is shared. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(startBytes)
  #length = 0
  #messageStart = -1

  get length(): number {
    return this.#length
  }

  /** Starts a message: its type byte, and room for the length that `end` fills in. */
  begin(type: string): this {
    this.uint8(type.charCodeAt(0))
    return this.beginUntyped()
  }

  /** A startup packet has no type byte. */
  beginUntyped(): this {
    assert(this.#messageStart < 0, 'a message is already begun')
    this.#messageStart = this.#length
    return this.int32(0)
  }

  end(): void {
    assert(this.#messageStart >= 0, 'no message is begun')
    this.#bytes.writeInt32BE(this.#length - this.#messageStart, this.#messageStart)
    this.#messageStart = -1
  }

  uint8(value: number): this {
    const at = this.#grow(1)
    this.#bytes[at] = value
    return this
  }

  int16(value: number): this {
    // Growing replaces the buffer: so first grow, then write.
    const at = this.#grow(2)
    this.#bytes.writeInt16BE((value << 16) >> 16, at)
    return this
  }

  int32(value: number): this {
    const at = this.#grow(4)
    this.#bytes.writeInt32BE(value | 0, at)
    return this
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** Text and a zero byte. A zero inside would cut the message in two, so it is shown as U+FFFD. */
  cstring(text: string): this {
    const safe = text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
    const length = Buffer.byteLength(safe)
    const at = this.#grow(length + 1)
    this.#bytes.write(safe, at, 'utf8')
    this.#bytes[at + length] = 0
    return this
  }

  /** Everything since the last `take`, as a copy of its own. */
  take(): Uint8Array {
    assert(this.#messageStart < 0, 'a message is not ended')
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    if (this.#bytes.length > keptBytesMax) this.#bytes = Buffer.allocUnsafeSlow(startBytes)
    return taken
  }

  #grow(by: number): number {
    const start = this.#length
    const needed = start + by
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, start)
      this.#bytes = larger
    }
    this.#length = needed
    return start
  }
}
