import { EventEmitter } from 'node:events'
import type { Connection, Endpoint, Listening, Network } from '../base/network.ts'
import { ByteWriter } from '../sql/pgwire/byte-writer.ts'
import { FrameReader } from '../sql/pgwire/framing.ts'
import { type BackendMessage, encodeBackend } from '../sql/pgwire/messages/backend.ts'
import {
  decodeFrontend,
  decodeStartupPacket,
  type FrontendMessage,
  type PasswordStep,
  type StartupPacket,
} from '../sql/pgwire/messages/frontend.ts'

/** The server's side of one scripted connection. */
export interface ScriptedPeer {
  readonly endpoint: Endpoint
  /** What a 'p' of the client is read as. */
  passwordStep: PasswordStep
  send(...messages: BackendMessage[]): void
  sendBytes(bytes: Uint8Array): void
  end(): void
  reset(): void
}

/** What the server does about a message. Startup packets come first. */
export type Script = (message: FrontendMessage | StartupPacket, peer: ScriptedPeer) => void

export interface ScriptedOptions {
  /** How bytes for the client are cut; default: as they are sent. */
  readonly split?: (bytes: Buffer) => Buffer[]
}

/** A network on which every address answers by the script of `serverAt`; where that gives none, connects are refused by what it throws. */
export function scriptedNetwork(
  serverAt: (endpoint: Endpoint) => Script,
  options: ScriptedOptions = {},
): Network {
  const never = (): never => {
    throw new Error('a scripted network only connects')
  }
  return {
    // Async, so that a throw of `serverAt` is a rejection.
    connect: async endpoint => new ScriptedConnection(endpoint, serverAt(endpoint), options),
    startTls: never,
    acceptTls: never,
    listen: never,
    datagrams: never,
    datagramPeer: never,
  }
}

/** The same on a real port, for clients in other processes. */
export async function listenScripted(network: Network, script: Script): Promise<Listening> {
  return network.listen({ address: '127.0.0.1', port: 0 }, {}, connection => {
    const frames = new FrameReader('startup', 1 << 20)
    const peer: ScriptedPeer = {
      endpoint: { address: '127.0.0.1', port: connection.localPort ?? 0 },
      passwordStep: 'initial',
      send: (...messages) => void connection.write(encodeMessages(...messages)),
      sendBytes: bytes => void connection.write(bytes),
      end: () => void connection.end(),
      reset: () => void connection.resetAndDestroy(),
    }
    connection.on('error', () => undefined)
    connection.on('data', data => {
      frames.push(data)
      feedScript(frames, script, peer)
    })
  })
}

function feedScript(frames: FrameReader, script: Script, peer: ScriptedPeer): void {
  for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
    if (frames.framing === 'startup') {
      frames.framing = 'messages'
      script(decodeStartupPacket(frame), peer)
    } else {
      const message = decodeFrontend(frame, peer.passwordStep)
      if (message !== undefined) script(message, peer)
    }
  }
}

export function encodeMessages(...messages: readonly BackendMessage[]): Buffer {
  const writer = new ByteWriter()
  for (const message of messages) encodeBackend(message, writer)
  return Buffer.from(writer.take())
}

class ScriptedConnection extends EventEmitter implements Connection, ScriptedPeer {
  destroyed = false
  readonly writableLength = 0
  bytesWritten = 0
  bytesRead = 0
  passwordStep: PasswordStep = 'initial'
  readonly endpoint: Endpoint
  readonly remoteAddress: string
  readonly remotePort: number
  readonly #script: Script
  readonly #split: (bytes: Buffer) => Buffer[]
  readonly #frames = new FrameReader('startup', 1 << 20)
  #arriving: (Buffer | 'end' | 'reset')[] = []
  #isPaused = false
  #isScheduled = false

  constructor(endpoint: Endpoint, script: Script, options: ScriptedOptions) {
    super()
    this.endpoint = endpoint
    this.remoteAddress = endpoint.address
    this.remotePort = endpoint.port
    this.#script = script
    this.#split = options.split ?? (bytes => [bytes])
  }

  // The server's side

  send(...messages: BackendMessage[]): void {
    this.sendBytes(encodeMessages(...messages))
  }

  sendBytes(bytes: Uint8Array): void {
    this.#arriving.push(...this.#split(Buffer.from(bytes)))
    this.#schedule()
  }

  reset(): void {
    this.#arriving.push('reset')
    this.#schedule()
  }

  // The client's side; `end` is the server's when it is called from the script

  end(): this {
    this.#arriving.push('end')
    this.#schedule()
    return this
  }

  write(data: Uint8Array): boolean {
    if (this.destroyed) return false
    this.bytesWritten += data.length
    this.#frames.push(Buffer.from(data))
    feedScript(this.#frames, this.#script, this)
    return true
  }

  destroy(): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.#arriving = []
    setImmediate(() => this.emit('close'))
    return this
  }

  resetAndDestroy(): this {
    return this.destroy()
  }

  pause(): this {
    this.#isPaused = true
    return this
  }

  resume(): this {
    this.#isPaused = false
    this.#schedule()
    return this
  }

  cork(): void {}
  uncork(): void {}
  setNoDelay(): this {
    return this
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#deliver()
    })
  }

  /** One piece a turn of the event loop, as a socket does. */
  #deliver(): void {
    if (this.#isPaused || this.destroyed) return
    const next = this.#arriving.shift()
    if (next === undefined) return
    if (next === 'end') {
      this.emit('end')
      this.destroy()
    } else if (next === 'reset') {
      this.emit('error', new Error('read ECONNRESET'))
      this.destroy()
    } else {
      this.bytesRead += next.length
      this.emit('data', next)
    }
    if (this.#arriving.length > 0) this.#schedule()
  }
}
