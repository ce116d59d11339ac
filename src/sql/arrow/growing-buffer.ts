/** Bytes of one column of the batch that is being filled; kept for the next one. */
export class GrowingBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(new ArrayBuffer(firstBytes))
  length = 0

  /** Makes room for `count` more bytes and returns where they go; the caller moves `length`. */
  reserve(count: number): number {
    const needed = this.length + count
    if (needed > this.bytes.length) this.#grow(needed)
    return this.length
  }

  put(source: Uint8Array): void {
    const at = this.reserve(source.length)
    this.bytes.set(source, at)
    this.length += source.length
  }

  putInt32(value: number): void {
    const at = this.reserve(4)
    const { bytes } = this
    bytes[at] = value
    bytes[at + 1] = value >>> 8
    bytes[at + 2] = value >>> 16
    bytes[at + 3] = value >>> 24
    this.length += 4
  }

  zeros(count: number): void {
    const at = this.reserve(count)
    this.bytes.fill(0, at, at + count)
    this.length += count
  }

  filled(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Forgets what it holds; room that one huge batch has taken is let go. */
  reset(): void {
    this.length = 0
    if (this.bytes.length > keptBytesMax) this.bytes = new Uint8Array(new ArrayBuffer(firstBytes))
  }

  #grow(needed: number): void {
    const next = new Uint8Array(new ArrayBuffer(Math.max(needed, this.bytes.length * 2)))
    next.set(this.bytes.subarray(0, this.length))
    this.bytes = next
  }
}

const firstBytes = 1_024
const keptBytesMax = 4 * 1024 * 1024
