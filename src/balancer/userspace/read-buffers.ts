import type { Connection, ConnectionReader } from '../../base/network.ts'

/** What every flow holds for its next read; most are idle most of the time. */
const smallBytes = 2_048
/** What a busy flow reads at once: fewer calls of the system, and of ours, for the same bytes. */
const largeBytes = 262_144
/** Of all flows together; beyond it, busy flows read small. */
const largeBuffersMax = 192
const spareMax = 32
/** Small ones are cut from pieces of memory of this size, and kept for the next flow: two megabytes at most. */
const pieceBytes = 65_536
const smallSpareMax = 1_024

/** Memory that flows read into: small while they are quiet, large while bytes come in bulk. */
export class ReadBuffers {
  readonly #spare: Buffer[] = []
  readonly #smallSpare: Buffer[] = []
  #lent = 0

  small(): Buffer {
    return this.#smallSpare.pop() ?? this.#cut()
  }

  /** Undefined when all are lent. */
  large(): Buffer | undefined {
    if (this.#lent >= largeBuffersMax) return undefined
    this.#lent++
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(largeBytes)
  }

  giveBack(buffer: Buffer): void {
    if (buffer.length === smallBytes) {
      if (this.#smallSpare.length < smallSpareMax) this.#smallSpare.push(buffer)
      return
    }
    if (buffer.length < largeBytes) return
    this.#lent--
    if (this.#spare.length < spareMax) this.#spare.push(buffer)
  }

  get lent(): number {
    return this.#lent
  }

  /** One of a new piece; the others are spare. */
  #cut(): Buffer {
    const piece = Buffer.allocUnsafeSlow(pieceBytes)
    for (let at = smallBytes; at < pieceBytes; at += smallBytes)
      this.#smallSpare.push(piece.subarray(at, at + smallBytes))
    return piece.subarray(0, smallBytes)
  }
}

/** Writes what a target sends to its client, straight from the memory that it was read into. */
export class BulkReader implements ConnectionReader {
  readonly #buffers: ReadBuffers
  readonly #client: Connection
  #buffer: Buffer
  /** Belongs to a write that the system has not taken whole. */
  #held: Buffer | undefined
  #late: (() => void) | undefined
  #goOn: () => void = () => undefined

  constructor(buffers: ReadBuffers, client: Connection) {
    this.#buffers = buffers
    this.#client = client
    this.#buffer = buffers.small()
  }

  buffer(): Uint8Array {
    return this.#buffer
  }

  read(count: number): boolean {
    if (this.#late !== undefined) {
      this.#late()
      return false
    }
    const full = this.#buffer
    const isBulk = count === full.length
    this.#client.write(isBulk ? full : full.subarray(0, count), this.#written)
    if (this.#client.writableLength > 0) {
      this.#held = full
      this.#buffer = (isBulk ? this.#buffers.large() : undefined) ?? this.#buffers.small()
      return false
    }
    if (isBulk && full.length === smallBytes) this.#grow(full)
    else if (full.length === largeBytes && count < largeBytes / 16) {
      this.#buffers.giveBack(full)
      this.#buffer = this.#buffers.small()
    }
    return true
  }

  /** The same for what came by 'data', in memory of its own. */
  forward(data: Uint8Array): boolean {
    if (this.#late !== undefined) {
      this.#late()
      return false
    }
    return this.#client.write(data)
  }

  /** `goOn` is called when the client has taken what it kept waiting. */
  begin(goOn: () => void): void {
    this.#goOn = goOn
  }

  /** From here on nothing is passed on; `late` is called when something comes. */
  expire(late: () => void): void {
    this.#late = late
  }

  /** Both sockets are closed: nobody touches the memory any more. */
  close(): void {
    this.#release()
    this.#buffers.giveBack(this.#buffer)
    this.#buffer = noBuffer
    this.#goOn = () => undefined
  }

  /** Called for each write; those that were taken at once hold nothing. */
  readonly #written = (): void => {
    if (this.#held === undefined || this.#client.writableLength > 0) return
    this.#release()
    this.#goOn()
  }

  #grow(small: Buffer): void {
    const large = this.#buffers.large()
    if (large === undefined) return
    this.#buffers.giveBack(small)
    this.#buffer = large
  }

  #release(): void {
    if (this.#held !== undefined) this.#buffers.giveBack(this.#held)
    this.#held = undefined
  }
}

const noBuffer = Buffer.alloc(0)
