import { isUtf8 } from 'node:buffer'
import { EverportError } from '../../base/errors.ts'

/** Reads a message body. Every read checks what is left first, so a count or length from the wire is never believed. */
export class ByteReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  uint8(): number {
    return this.#bytes[this.#advance(1)] ?? 0
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2))
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#advance(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4))
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length < 0) throw new EverportError('protocol_violation', `invalid length in message: ${length}`)
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** What is left, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  /** Text up to a zero byte. */
  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#offset)
    if (end < 0) throw new EverportError('protocol_violation', 'invalid string in message')
    const text = utf8(this.#bytes, this.#offset, end)
    this.#offset = end + 1
    return text
  }

  /** A 16-bit count of things of at least `itemBytesMin` bytes, refused when so many cannot be left. */
  count(itemBytesMin: number): number {
    const count = this.uint16()
    if (count * itemBytesMin > this.remaining) throw insufficientData()
    return count
  }

  /** Nothing may follow. */
  end(): void {
    if (this.remaining !== 0) throw new EverportError('protocol_violation', 'invalid message format')
  }

  #advance(length: number): number {
    const start = this.#offset
    if (length > this.#bytes.length - start) throw insufficientData()
    this.#offset = start + length
    return start
  }
}

/** Strict UTF-8. Decoding replaces what is wrong by U+FFFD, so only a text that has one is looked at again. */
function utf8(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) {
    throw new EverportError('invalid_encoding', 'invalid byte sequence for encoding "UTF8"')
  }
  return text
}

function insufficientData(): EverportError {
  return new EverportError('protocol_violation', 'insufficient data left in message')
}
