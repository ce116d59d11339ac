import type { Connection, Endpoint } from '../../base/network.ts'
import { ByteWriter } from '../pgwire/byte-writer.ts'
import { type Frame, FrameReader } from '../pgwire/framing.ts'
import { type BackendMessage, decodeBackend } from '../pgwire/messages/backend.ts'
import { encodeFrontend, type FrontendMessage, type StartupPacket } from '../pgwire/messages/frontend.ts'
import { ConnectionLost, type LossReason, NotPostgres } from './postgres-error.ts'

/** Received and not yet taken; above it the socket is paused, so that a slow reader slows the server down. */
const bufferBytesMax = 1 << 20

const greetingLength = 16

const writer = new ByteWriter()

/**
 * Messages of one connection, taken by whoever wants the next one. What arrived before the connection ended can still be
 * taken: a server's last words count more than the end itself.
 */
export class MessageStream {
  readonly at: Endpoint
  /** Called when something arrived, or the connection ended, while nobody waited for it. */
  onIdle: () => void = () => undefined
  readonly #connection: Connection
  readonly #frames: FrameReader
  #waiter: (() => void) | undefined
  #lost: Error | undefined
  #isPaused = false
  /** How the server began, until it has said something that can be read. */
  #greeting: string | undefined
  #hasReceived = false
  #putBack: Frame | undefined

  constructor(connection: Connection, at: Endpoint, messageBytesMax: number) {
    this.#connection = connection
    this.at = at
    this.#frames = new FrameReader('messages', messageBytesMax)
    connection.on('data', data => this.#receive(data))
    connection.on('end', () => this.#lose('closed'))
    connection.on('error', () => this.#lose('reset'))
    connection.on('close', () => this.#lose('closed'))
  }

  /** Why nothing more will come, or undefined while the connection stands. */
  get lost(): Error | undefined {
    return this.#lost
  }

  /** The next whole message; undefined when none is here yet. */
  take(): Frame | undefined {
    const put = this.#putBack
    if (put !== undefined) {
      this.#putBack = undefined
      return put
    }
    try {
      const frame = this.#frames.next()
      if (frame !== undefined) this.#greeting = undefined
      if (this.#isPaused && this.#frames.unreadBytes < bufferBytesMax) this.#resume()
      return frame
    } catch (error) {
      throw this.poison(this.#greeting ?? (error instanceof Error ? error.message : String(error)))
    }
  }

  /** As `take`, but leaves a message of another type for the next call. */
  takeIf(type: string): Frame | undefined {
    const frame = this.take()
    if (frame === undefined || frame.type === type) return frame
    this.#putBack = frame
    return undefined
  }

  /** What a frame says; one that says nothing valid ends the connection. */
  decode(frame: Frame): BackendMessage {
    let message: BackendMessage | undefined
    try {
      message = decodeBackend(frame)
    } catch (error) {
      throw this.poison(error instanceof Error ? error.message : String(error))
    }
    if (message !== undefined) return message
    throw this.poison(`unknown message of type ${JSON.stringify(frame.type)}`)
  }

  /** Resolves when there may be more to take; rejects when nothing will come. */
  more(): Promise<void> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    this.#resume()
    return new Promise(resolve => {
      this.#waiter = resolve
    })
  }

  send(...messages: readonly (FrontendMessage | StartupPacket)[]): void {
    if (this.#lost !== undefined) throw this.#lost
    for (const message of messages) encodeFrontend(message, writer)
    this.#connection.write(writer.take())
  }

  /** Closes at once; whoever waits is told `error`. */
  abort(error: Error): void {
    this.#lost ??= error
    this.#connection.destroy()
    this.#wake()
  }

  /** The protocol is broken: closes, and returns what to throw. */
  poison(found: string): NotPostgres {
    const error = new NotPostgres(this.at, found)
    this.abort(error)
    return error
  }

  /** FIN after what is written. */
  end(): void {
    this.#connection.end()
  }

  #receive(data: Buffer): void {
    if (!this.#hasReceived)
      this.#greeting = `it begins with ${JSON.stringify(data.toString('latin1', 0, greetingLength))}`
    this.#hasReceived = true
    this.#frames.push(data)
    if (this.#frames.unreadBytes > bufferBytesMax) {
      this.#isPaused = true
      this.#connection.pause()
    }
    this.#wake()
  }

  #lose(reason: LossReason): void {
    if (this.#lost !== undefined) return
    this.abort(new ConnectionLost(reason, this.at))
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#connection.resume()
  }

  #wake(): void {
    const waiter = this.#waiter
    this.#waiter = undefined
    if (waiter === undefined) this.onIdle()
    // Not a rejection even when lost: what came before the end is taken first.
    else waiter()
  }
}
