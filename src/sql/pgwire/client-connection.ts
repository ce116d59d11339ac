import type { Cancel } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Connection } from '../../base/network.ts'
import { FrameReader } from './framing.ts'
import { nextClientEvent } from './message-intake.ts'
import type { BackendMessage } from './messages/backend.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { secureConnection } from './secure-connection.ts'
import type { SessionEvent } from './session-events.ts'
import type { Session } from './session-state.ts'
import type { ShellContext } from './shell-context.ts'

/** One session's client: its bytes as messages, ours to it at the pace that it takes them, TLS from the middle on, and a gentle end. */
export interface ClientConnection {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  /** Nothing more should be made for the client before it has taken what it was sent. */
  readonly isBlocked: boolean
  /** Resolves when the connection is gone for good. */
  readonly closed: Promise<void>
  /** What the client said next, as far as it has come. */
  next(session: Session): SessionEvent | undefined
  add(message: BackendMessage): void
  addRows(bytes: Uint8Array): void
  /**
   * To be called when all that could be done has been done. `isWaiting`: what the client says now must wait. `goesOnAtOnce`: it is called
   * again in this turn of the event loop, so that what is to be sent may wait for what follows.
   */
  settle(isWaiting: boolean, goesOnAtOnce: boolean): void
  /** Resolves when the rows last sent are no longer read by the socket. */
  rowsReleased(): Promise<void>
  /** The outcome comes as `secured` or `lost`, always later. `isDirect`: without a request in clear text before. */
  startTls(isDirect: boolean): void
  /** Sends what is left, and closes. */
  end(): void
  /** At once, without a word. */
  destroy(): void
}

export interface ClientListener {
  /** `lost`, `secured`, or `failed` where a client that asked for TLS did not wait for the answer. */
  happened(event: SessionEvent): void
  /** There may be a next event. */
  received(): void
  /** The client has taken something of what it was sent. */
  taken(): void
}

const nothing = (): void => undefined

export function createClientConnection(
  first: Connection,
  context: ShellContext,
  log: Log,
  listener: ClientListener,
): ClientConnection {
  const { clock, network, tls, limits, writer, counters } = context
  const reader = new FrameReader('startup', limits.startupBytesMax)
  let connection = first
  /** Wakes those who wait until the socket no longer reads the last rows. */
  let onceReleased = nothing
  let onceClosed = nothing
  let isPaused = false
  let isEnded = false
  let cancelWriteTimeout: Cancel | undefined
  let cancelCloseTimeout: Cancel = nothing
  const closed = new Promise<void>(resolve => {
    onceClosed = resolve
  })
  let outbox = attach(first)

  function attach(to: Connection): Outbox {
    to.on('data', onData)
    to.on('error', nothing)
    to.on('end', () => listener.happened({ kind: 'lost' }))
    to.on('close', onClose)
    return createOutbox(to, writer, limits.outputBytesMax, counters, onWritable)
  }

  function onData(chunk: Buffer): void {
    counters.bytesReceived += chunk.length
    if (isEnded) return
    reader.push(chunk)
    listener.received()
  }

  function onWritable(): void {
    cancelWriteTimeout?.()
    cancelWriteTimeout = undefined
    onceReleased()
    listener.taken()
  }

  function onClose(): void {
    listener.happened({ kind: 'lost' })
    cancelCloseTimeout()
    cancelWriteTimeout?.()
    onceReleased()
    onceClosed()
  }

  /** While a query runs the socket is still read, so that a dead client is noticed; but not without bound. */
  function pauseOrResume(isWaiting: boolean): void {
    const isHeld = !isEnded && (isWaiting || outbox.isBlocked)
    const wanted = isHeld && reader.unreadBytes > limits.pendingBytesMax
    if (wanted === isPaused || connection.destroyed) return
    isPaused = wanted
    if (wanted) connection.pause()
    else connection.resume()
  }

  function watchWriting(): void {
    if (!outbox.isBlocked || cancelWriteTimeout !== undefined || connection.destroyed) return
    cancelWriteTimeout = clock.after(limits.writeTimeoutMs, () => {
      counters.slowReadersClosed++
      log.info('client takes nothing', { forMs: limits.writeTimeoutMs })
      connection.resetAndDestroy()
    })
  }

  async function secure(received: Uint8Array): Promise<void> {
    outbox.flush()
    const before = connection
    // Only this one: the socket has listeners of its own for the rest, and ours may be told of its end twice.
    before.removeAllListeners('data')
    before.pause()
    try {
      if (tls === undefined) throw new Error('there is no certificate')
      const identity = tls.identity()
      const secured = await secureConnection(network, before, identity, received, limits.loginTimeoutMs)
      counters.tlsSessions++
      connection = secured.connection
      outbox = attach(secured.connection)
      if (isEnded) connection.destroy()
      listener.happened({ kind: 'secured', tls: secured.facts })
    } catch (error) {
      counters.tlsFailures++
      log.debug('no TLS session came about', { error: String(error) })
      onClose()
    }
  }

  /** A closed socket whose client still talks would be reset, and the client might never see our last words: so wait a moment. */
  function endConnection(): void {
    connection.end()
    const destroy = (): unknown => connection.destroy()
    cancelCloseTimeout = clock.after(limits.lingerMs, () => {
      if (connection.writableLength === 0) destroy()
      else cancelCloseTimeout = clock.after(limits.closeTimeoutMs, destroy)
    })
  }

  return {
    closed,
    get remoteAddress() {
      return connection.remoteAddress
    },
    get remotePort() {
      return connection.remotePort
    },
    get isBlocked() {
      return outbox.isBlocked
    },
    next: session => nextClientEvent(reader, session),
    add: message => outbox.add(message),
    addRows: bytes => outbox.addRows(bytes),
    settle(isWaiting, goesOnAtOnce) {
      if (goesOnAtOnce) outbox.hold()
      else outbox.flush()
      watchWriting()
      pauseOrResume(isWaiting)
    },
    rowsReleased() {
      if (!outbox.isBorrowing || connection.destroyed) return Promise.resolve()
      return new Promise(resolve => {
        const others = onceReleased
        onceReleased = () => {
          onceReleased = nothing
          others()
          resolve()
        }
      })
    },
    startTls(isDirect) {
      const received = reader.takeUnread()
      if (isDirect || received.length === 0) return void secure(received)
      // What came behind the request in clear text would be taken for said under encryption: somebody in between could have put it there.
      const error = new EverportError('protocol_violation', 'received unencrypted data after SSL request')
      queueMicrotask(() => listener.happened({ kind: 'failed', error }))
    },
    end() {
      isEnded = true
      outbox.flush()
      if (connection.destroyed) onceClosed()
      else endConnection()
    },
    destroy() {
      connection.destroy()
    },
  }
}
