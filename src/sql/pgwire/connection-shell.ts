import { unreachable } from '../../base/assert.ts'
import type { Cancel, Clock } from '../../base/clock.ts'
import { type ErrorCode, EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Connection, Network } from '../../base/network.ts'
import type { ScramVerifier } from '../auth/scram-verifier.ts'
import type { Engine, SessionOptions } from '../engine/engine.ts'
import type { ByteWriter } from './byte-writer.ts'
import { type CancelKey, secretOf } from './cancel-key.ts'
import type { PgwireCounters } from './counters.ts'
import { createEngineLink, type EngineLink } from './engine-link.ts'
import { FrameReader } from './framing.ts'
import type { PgwireLimits } from './limits.ts'
import { nextClientEvent } from './message-intake.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { type ServerTls, secureConnection } from './secure-connection.ts'
import { nextSession } from './session.ts'
import { preparedNames, type SessionActivity, sessionActivity } from './session-activity.ts'
import { type SettingValues, settingValue } from './session-settings.ts'
import {
  createSession,
  type Effect,
  isLoggedIn,
  isWaiting,
  type Session,
  type SessionEvent,
} from './session-state.ts'

export interface FoundVerifier {
  readonly verifier: ScramVerifier
  readonly isKnown: boolean
  /** Settings that sessions of the role begin with. */
  readonly defaults?: SettingValues
}

/** What all connections of a server share. */
export interface ShellContext {
  readonly clock: Clock
  readonly network: Network
  readonly tls: ServerTls | undefined
  readonly engine: Engine
  readonly log: Log
  readonly limits: PgwireLimits
  readonly database: string
  readonly nodeName: string
  readonly writer: ByteWriter
  readonly counters: PgwireCounters
  findVerifier(user: string): Promise<FoundVerifier>
  makeNonce(): string
  /** Resolves when the request has been passed on. */
  cancelOther(key: CancelKey): Promise<void>
  cancelForwarded(sealed: Uint8Array): void
  /** Why no session of the user fits, if so; asked once the client has proved who it is. */
  takeRoom(user: string): EverportError | undefined
  giveRoomBack(user: string): void
  loggedIn(shell: ConnectionShell): void
  /** Everything of it is freed. */
  released(shell: ConnectionShell): void
}

const nothing = (): void => undefined

/** Runs one client's session over its connection: the only place where the machine meets socket, time and engine. */
export class ConnectionShell {
  readonly key: CancelKey
  #connection: Connection
  readonly #context: ShellContext
  readonly #log: Log
  readonly #session: Session
  readonly #reader: FrameReader
  #outbox: Outbox
  readonly #engine: EngineLink
  readonly #closed: Promise<void>
  #onceClosed = nothing
  /** Wakes those who wait until the socket no longer reads the last rows. */
  #onceReleased = nothing
  /** A batch that is not asked for before the client has taken what it was sent. */
  #heldFetch: Extract<Effect, { kind: 'fetch' }> | undefined
  /** A cancel request that is being passed on. */
  #takenOver: Promise<void> | undefined
  #isPaused = false
  #isFinished = false
  #hasRoom = false
  #wasLoggedIn = false
  #cancelLoginTimeout: Cancel
  #cancelStatementTimeout: Cancel = nothing
  #cancelIdleTimeout: Cancel = nothing
  /** When the session began to be in the state that it is in. */
  #changedAt: number
  readonly #startedAt: number
  #cancelWriteTimeout: Cancel | undefined
  #cancelCloseTimeout: Cancel = nothing

  constructor(
    connection: Connection,
    key: CancelKey,
    refusal: EverportError | undefined,
    context: ShellContext,
  ) {
    const { limits, database, nodeName, clock, log, tls } = context
    this.key = key
    this.#connection = connection
    this.#context = context
    this.#startedAt = clock.now()
    this.#changedAt = this.#startedAt
    this.#log = log.child({ session: key.processId })
    this.#session = createSession({
      key,
      limits,
      database,
      nodeName,
      ...(refusal && { refusal }),
      ...(tls && { tlsPolicy: tls.policy }),
    })
    this.#reader = new FrameReader('startup', limits.startupBytesMax)
    this.#outbox = this.#attach(connection)
    this.#engine = createEngineLink(context.engine, this.#log, event => this.#happen(event))
    this.#cancelLoginTimeout = clock.after(limits.loginTimeoutMs, () =>
      this.#happen({ kind: 'loginTimeout' }),
    )
    this.#closed = new Promise(resolve => {
      this.#onceClosed = resolve
    })
  }

  #attach(connection: Connection): Outbox {
    const { limits, writer, counters } = this.#context
    connection.on('data', chunk => this.#onData(chunk))
    connection.on('error', nothing)
    connection.on('end', () => this.#happen({ kind: 'lost' }))
    connection.on('close', () => this.#onClose())
    return createOutbox(connection, writer, limits.outputBytesMax, counters, () => this.#onWritable())
  }

  /** What the client was told; see secretOf. */
  get cancelSecret(): Uint8Array {
    return secretOf(this.#session)
  }

  get isLoggedIn(): boolean {
    return isLoggedIn(this.#session)
  }

  get user(): string {
    return this.#session.login?.user ?? ''
  }

  activity(): SessionActivity {
    const { clock } = this.#context
    return sessionActivity(this.#session, clock.now(), {
      clientAddress: this.#connection.remoteAddress ?? '',
      clientPort: this.#connection.remotePort ?? -1,
      sessionMs: clock.now() - this.#startedAt,
      stateMs: clock.now() - this.#changedAt,
    })
  }

  get isRunning(): boolean {
    return this.#session.state.kind === 'running'
  }

  cancel(): void {
    this.#happen({ kind: 'cancel', reason: 'user' })
  }

  drain(): void {
    this.#happen({ kind: 'drain' })
  }

  stop(): void {
    this.#happen({ kind: 'stop' })
  }

  /** At once, without a word. */
  destroy(): void {
    this.#connection.destroy()
  }

  #onData(chunk: Buffer): void {
    this.#context.counters.bytesReceived += chunk.length
    if (this.#isFinished) return
    this.#reader.push(chunk)
    this.#pump()
  }

  #onWritable(): void {
    this.#cancelWriteTimeout?.()
    this.#cancelWriteTimeout = undefined
    this.#onceReleased()
    if (this.#heldFetch !== undefined && !this.#outbox.isBlocked) {
      this.#engine.ask(this.#heldFetch)
      this.#heldFetch = undefined
    }
    this.#pump()
  }

  #onClose(): void {
    this.#happen({ kind: 'lost' })
    this.#cancelCloseTimeout()
    this.#cancelWriteTimeout?.()
    this.#onceReleased()
    this.#onceClosed()
  }

  /** Something happened that is no message of the client. */
  #happen(event: SessionEvent): void {
    this.#dispatch(event)
    this.#pump()
  }

  #dispatch(event: SessionEvent): void {
    if (event.kind === 'broken') this.#log.debug('connection broken', { error: event.error.message })
    const before = this.#session.state.kind
    this.#session.now = this.#context.clock.now()
    for (const effect of nextSession(this.#session, event)) this.#apply(effect)
    if (this.#session.state.kind !== before) this.#changedAt = this.#session.now
    if (!this.#wasLoggedIn && isLoggedIn(this.#session)) this.#onLogin()
  }

  /** Feeds the machine what has been received, as long as it listens and the client takes its answers. */
  #pump(): void {
    while (!this.#isFinished && !isWaiting(this.#session) && !this.#outbox.isBlocked) {
      const event = nextClientEvent(this.#reader, this.#session)
      if (event === undefined) break
      this.#dispatch(event)
    }
    this.#outbox.flush()
    this.#watchWriting()
    this.#pauseOrResume()
  }

  /** While a query runs the socket is still read, so that a dead client is noticed; but not without bound. */
  #pauseOrResume(): void {
    const isHeld = !this.#isFinished && (isWaiting(this.#session) || this.#outbox.isBlocked)
    const wanted = isHeld && this.#reader.unreadBytes > this.#context.limits.pendingBytesMax
    if (wanted === this.#isPaused || this.#connection.destroyed) return
    this.#isPaused = wanted
    if (wanted) this.#connection.pause()
    else this.#connection.resume()
  }

  #watchWriting(): void {
    if (!this.#outbox.isBlocked || this.#cancelWriteTimeout !== undefined || this.#connection.destroyed)
      return
    const { clock, limits, counters } = this.#context
    this.#cancelWriteTimeout = clock.after(limits.writeTimeoutMs, () => {
      counters.slowReadersClosed++
      this.#log.info('client takes nothing', { forMs: limits.writeTimeoutMs })
      this.#connection.resetAndDestroy()
    })
  }

  #apply(effect: Effect): void {
    const { context, engine } = { context: this.#context, engine: this.#engine }
    switch (effect.kind) {
      case 'send':
        if (effect.message.kind === 'ErrorResponse') this.#onErrorSent()
        return this.#outbox.add(effect.message)
      case 'sendRows':
        context.counters.rowsSent += effect.batch.rowCount
        return this.#outbox.addRows(effect.batch.bytes)
      case 'startTls':
        return void this.#startTls(effect.isDirect)
      case 'findVerifier':
        return this.#findVerifier(effect.user)
      case 'refuseLater':
        return void context.clock.after(effect.delayMs, () => this.#happen({ kind: 'refusalDue' }))
      case 'openEngine':
        return this.#openEngine(effect)
      case 'prepare':
      case 'evaluate':
        return engine.ask(effect)
      case 'execute':
        context.counters.statementsExecuted++
        return engine.ask(effect)
      case 'fetch':
        if (this.#outbox.isBlocked) this.#heldFetch = effect
        else engine.ask(effect)
        return
      case 'closeExecution':
        return engine.closeExecution(effect.execution, this.#rowsReleased())
      case 'closeStatement':
        return engine.closeStatement(effect.statement)
      case 'cancelEngine':
        return engine.cancel()
      case 'statementTimeout':
        return this.#setStatementTimeout(effect.timeoutMs)
      case 'idleTimeout':
        return this.#setIdleTimeout(effect.timeoutMs)
      case 'cancelOther':
        this.#takenOver = context.cancelOther(effect.key)
        return
      case 'cancelForwarded':
        return context.cancelForwarded(effect.sealed)
      case 'end':
        if (this.#takenOver === undefined) return this.#finish()
        // Who cancels takes the end of the connection for the word that it was passed on.
        return void this.#takenOver.then(() => this.#finish())
      default:
        return unreachable(effect)
    }
  }

  async #startTls(isDirect: boolean): Promise<void> {
    const { network, tls, limits, counters } = this.#context
    const received = this.#reader.takeUnread()
    // What came behind the request in clear text would be taken for said under encryption: somebody in between could have put it there.
    if (!isDirect && received.length > 0) {
      const error = new EverportError('protocol_violation', 'received unencrypted data after SSL request')
      return queueMicrotask(() => this.#happen({ kind: 'failed', error }))
    }
    this.#outbox.flush()
    const before = this.#connection
    // Only this one: the socket has listeners of its own for the rest, and ours may be told of its end twice.
    before.removeAllListeners('data')
    before.pause()
    try {
      if (tls === undefined) throw new Error('there is no certificate')
      const identity = tls.identity()
      const secured = await secureConnection(network, before, identity, received, limits.loginTimeoutMs)
      counters.tlsSessions++
      this.#connection = secured.connection
      this.#outbox = this.#attach(secured.connection)
      if (this.#isFinished) this.destroy()
      this.#happen({ kind: 'secured', tls: secured.facts })
    } catch (error) {
      counters.tlsFailures++
      this.#log.debug('no TLS session came about', { error: String(error) })
      this.#onClose()
    }
  }

  #findVerifier(user: string): void {
    const { context } = { context: this.#context }
    context.findVerifier(user).then(
      found => this.#happen({ kind: 'verifier', ...found, nonce: context.makeNonce() }),
      (error: unknown) => {
        this.#log.error('credentials cannot be read', { error })
        this.#refuse('internal', 'credentials cannot be read now')
      },
    )
  }

  #openEngine(effect: Extract<Effect, { kind: 'openEngine' }>): void {
    const refusal = this.#context.takeRoom(this.user)
    if (refusal !== undefined) return this.#fail(refusal)
    this.#hasRoom = true
    const options: SessionOptions = {
      ...effect.options,
      processId: this.key.processId,
      clientAddress: this.#connection.remoteAddress ?? '',
      setting: name => settingValue(this.#session.settings.current, name),
      preparedNames: () => preparedNames(this.#session, this.#context.clock.now()),
      inTransaction: () => this.#session.transaction !== undefined,
      notice: (message, detail) => this.#happen({ kind: 'notice', message, detail }),
    }
    this.#engine.ask({ ...effect, options })
  }

  /** Outcomes always come later, never inside the effect that asked for them. */
  #refuse(code: ErrorCode, message: string): void {
    this.#fail(new EverportError(code, message))
  }

  #fail(error: EverportError): void {
    queueMicrotask(() => this.#happen({ kind: 'failed', error }))
  }

  #onLogin(): void {
    this.#wasLoggedIn = true
    this.#cancelLoginTimeout()
    this.#context.counters.loginsSucceeded++
    this.#log.debug('session opened', { user: this.#session.login?.user })
    this.#context.loggedIn(this)
  }

  #onErrorSent(): void {
    this.#context.counters.errorsSent++
    if (this.#wasLoggedIn) return
    this.#context.counters.loginsRefused++
    this.#log.debug('login refused', { user: this.#session.login?.user })
  }

  #setStatementTimeout(timeoutMs: number): void {
    this.#cancelStatementTimeout()
    this.#cancelStatementTimeout = nothing
    if (timeoutMs === 0) return
    const cancel = (): void => this.#happen({ kind: 'cancel', reason: 'timeout' })
    this.#cancelStatementTimeout = this.#context.clock.after(timeoutMs, cancel)
  }

  #setIdleTimeout(timeoutMs: number): void {
    this.#cancelIdleTimeout()
    this.#cancelIdleTimeout = nothing
    if (timeoutMs === 0) return
    this.#cancelIdleTimeout = this.#context.clock.after(timeoutMs, () =>
      this.#happen({ kind: 'idleTimeout' }),
    )
  }

  #rowsReleased(): Promise<void> {
    if (!this.#outbox.isBorrowing || this.#connection.destroyed) return Promise.resolve()
    return new Promise(resolve => {
      const others = this.#onceReleased
      this.#onceReleased = () => {
        this.#onceReleased = nothing
        others()
        resolve()
      }
    })
  }

  #finish(): void {
    this.#isFinished = true
    this.#heldFetch = undefined
    this.#cancelLoginTimeout()
    this.#setStatementTimeout(0)
    this.#outbox.flush()
    if (this.#connection.destroyed) this.#onceClosed()
    else this.#endConnection()
    void this.#release()
  }

  /** A closed socket whose client still talks would be reset, and the client might never see our last words: so wait a moment. */
  #endConnection(): void {
    const { clock, limits } = this.#context
    this.#connection.end()
    const destroy = (): unknown => this.#connection.destroy()
    this.#cancelCloseTimeout = clock.after(limits.lingerMs, () => {
      if (this.#connection.writableLength === 0) destroy()
      else this.#cancelCloseTimeout = clock.after(limits.closeTimeoutMs, destroy)
    })
  }

  async #release(): Promise<void> {
    await this.#engine.close(this.#rowsReleased())
    if (this.#hasRoom) this.#context.giveRoomBack(this.user)
    await this.#closed
    this.#context.released(this)
  }
}
