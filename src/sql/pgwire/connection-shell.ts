import { unreachable } from '../../base/assert.ts'
import { type ErrorCode, EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Connection } from '../../base/network.ts'
import type { SessionActivity, SessionOptions } from '../engine/engine.ts'
import { type CancelKey, secretOf } from './cancel-key.ts'
import { type ClientConnection, createClientConnection } from './client-connection.ts'
import { createEngineLink, type EngineLink } from './engine-link.ts'
import { nextSession } from './session.ts'
import { preparedNames, sessionActivity } from './session-activity.ts'
import type { Effect, SessionEvent } from './session-events.ts'
import { settingValue } from './session-settings.ts'
import { createSession, isLoggedIn, isWaiting, type Session } from './session-state.ts'
import type { ShellContext } from './shell-context.ts'
import { createTimeout, type Timeout } from './timeout.ts'

/** Runs one client's session over its connection: the only place where the machine meets socket, time and engine. */
export class ConnectionShell {
  readonly key: CancelKey
  readonly #connection: ClientConnection
  readonly #context: ShellContext
  readonly #log: Log
  readonly #session: Session
  readonly #engine: EngineLink
  /** A batch that is not asked for before the client has taken what it was sent. */
  #heldFetch: Extract<Effect, { kind: 'fetch' }> | undefined
  /** The engine has what it was asked for last, and tells it in this turn of the event loop. */
  #isAnsweredAtOnce = false
  /** A cancel request that is being passed on. */
  #takenOver: Promise<void> | undefined
  #isFinished = false
  #hasRoom = false
  #wasLoggedIn = false
  readonly #loginTimeout: Timeout
  readonly #statementTimeout: Timeout
  readonly #idleTimeout: Timeout
  /** When the session began to be in the state that it is in. */
  #changedAt: number
  readonly #startedAt: number

  constructor(
    connection: Connection,
    key: CancelKey,
    refusal: EverportError | undefined,
    context: ShellContext,
  ) {
    const { limits, database, nodeName, clock, log, tls } = context
    this.key = key
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
    this.#connection = createClientConnection(connection, context, this.#log, {
      happened: event => this.#happen(event),
      received: () => this.#pump(),
      taken: () => this.#onTaken(),
    })
    this.#engine = createEngineLink(context.engine, this.#log, event => this.#happen(event))
    const timeout = (event: SessionEvent): Timeout => createTimeout(clock, () => this.#happen(event))
    this.#loginTimeout = timeout({ kind: 'loginTimeout' })
    this.#statementTimeout = timeout({ kind: 'cancel', reason: 'timeout' })
    this.#idleTimeout = timeout({ kind: 'idleTimeout' })
    this.#loginTimeout.set(limits.loginTimeoutMs)
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

  #onTaken(): void {
    if (this.#heldFetch !== undefined && !this.#connection.isBlocked) {
      this.#engine.ask(this.#heldFetch)
      this.#heldFetch = undefined
    }
    this.#pump()
  }

  /** Something happened that is no message of the client. */
  #happen(event: SessionEvent): void {
    this.#dispatch(event)
    this.#pump()
  }

  #dispatch(event: SessionEvent): void {
    if (event.kind === 'broken') this.#log.debug('connection broken', { error: event.error.message })
    const before = this.#session.state.kind
    this.#isAnsweredAtOnce = false
    this.#session.now = this.#context.clock.now()
    for (const effect of nextSession(this.#session, event)) this.#apply(effect)
    if (this.#session.state.kind !== before) this.#changedAt = this.#session.now
    if (!this.#wasLoggedIn && isLoggedIn(this.#session)) this.#onLogin()
  }

  /** Feeds the machine what has been received, as long as it listens and the client takes its answers. */
  #pump(): void {
    while (!this.#isFinished && !isWaiting(this.#session) && !this.#connection.isBlocked) {
      const event = this.#connection.next(this.#session)
      if (event === undefined) break
      this.#dispatch(event)
    }
    this.#connection.settle(isWaiting(this.#session), this.#isAnsweredAtOnce)
  }

  #apply(effect: Effect): void {
    const { context, engine } = { context: this.#context, engine: this.#engine }
    switch (effect.kind) {
      case 'send':
        if (effect.message.kind === 'ErrorResponse') this.#onErrorSent()
        return this.#connection.add(effect.message)
      case 'sendRows':
        context.counters.rowsSent += effect.batch.rowCount
        return this.#connection.addRows(effect.batch.bytes)
      case 'startTls':
        return this.#connection.startTls(effect.isDirect)
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
        if (this.#connection.isBlocked) {
          this.#heldFetch = effect
          return
        }
        this.#isAnsweredAtOnce = effect.execution.isComputed === true
        return engine.ask(effect)
      case 'closeExecution':
        return engine.closeExecution(effect.execution, this.#connection.rowsReleased())
      case 'closeStatement':
        return engine.closeStatement(effect.statement)
      case 'cancelEngine':
        return engine.cancel()
      case 'statementTimeout':
        return this.#statementTimeout.set(effect.timeoutMs)
      case 'idleTimeout':
        return this.#idleTimeout.set(effect.timeoutMs)
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
      changedSettings: () => this.#session.settings.current,
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
    this.#loginTimeout.set(0)
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

  #finish(): void {
    this.#isFinished = true
    this.#heldFetch = undefined
    this.#loginTimeout.set(0)
    this.#statementTimeout.set(0)
    this.#connection.end()
    void this.#release()
  }

  async #release(): Promise<void> {
    await this.#engine.close(this.#connection.rowsReleased())
    if (this.#hasRoom) this.#context.giveRoomBack(this.user)
    await this.#connection.closed
    this.#context.released(this)
  }
}
