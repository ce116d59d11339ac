import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Connection, Endpoint, Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import { mockVerifier } from '../auth/scram-mock.ts'
import { base64, parseVerifier } from '../auth/scram-verifier.ts'
import type { Engine, SessionActivity } from '../engine/engine.ts'
import { ByteWriter } from './byte-writer.ts'
import { type CancelPeers, createCancelForwarding } from './cancel-forwarding.ts'
import { type CancelKey, isSecretRight, makeCancelKey } from './cancel-key.ts'
import { ConnectionShell } from './connection-shell.ts'
import { createCounters, type PgwireCounters } from './counters.ts'
import { defaultPgwireLimits, type PgwireLimits } from './limits.ts'
import type { ServerTls } from './secure-connection.ts'
import { shuttingDownError } from './session-interrupts.ts'
import type { SettingValues } from './session-settings.ts'
import type { FoundVerifier, ShellContext } from './shell-context.ts'

export interface PostgresServerOptions {
  readonly network: Network
  readonly at: Endpoint
  readonly clock: Clock
  /** Secret numbers come from here: use the system's. */
  readonly random: Random
  readonly engine: Engine
  readonly log: Log
  readonly limits?: Partial<PgwireLimits>
  /** A role's verifier in PostgreSQL's form, or undefined for a role that may not log in. */
  authenticate(user: string): string | undefined | Promise<string | undefined>
  /** Settings that sessions of a role begin with, by name in lower case. */
  settingsOf?(user: string): SettingValues
  /** How many sessions there may be, asked for each login; by default `limits.connectionsMax` and no bound for roles. */
  connectionsMax?(user: string): { readonly ofServer: number; readonly ofRole: number }
  /** 0 … 2047; goes into process ids, so that a cancel that arrives elsewhere can be passed on. */
  readonly nodeNumber: number
  /** The one database there is. */
  readonly database: string
  /** Told to clients as setting `everport.node`. */
  readonly nodeName?: string
  /** Makes up the salts of unknown users. The same on all nodes, or a client of several could tell them apart. */
  readonly mockSecret?: Uint8Array
  /** Undefined: a cancel request for another node is ignored. */
  readonly cancelPeers?: CancelPeers | undefined
  /** Undefined: TLS is refused. */
  readonly tls?: ServerTls | undefined
}

export interface DrainOptions {
  /**
   * Go on accepting, and tell who comes that the server shuts down (57P03). By default the port is closed, so that a balancer is
   * refused at once and takes another target.
   */
  readonly keepAccepting?: boolean
}

export interface PostgresServer {
  readonly at: Endpoint
  readonly counters: Readonly<PgwireCounters>
  /** Logged in. */
  sessions(): number
  activeQueries(): number
  activity(): SessionActivity[]
  /** Cancels what a session runs, or ends it with 57P01. False when there is no such session. */
  cancelBackend(processId: number): boolean
  terminateBackend(processId: number): boolean
  /** Resolves when every session has ended: by itself, or stopped with 57P01 after `deadlineMs`. */
  drain(deadlineMs: number, options?: DrainOptions): Promise<void>
  /** Ends every session now; resolves when everything is freed. */
  close(): Promise<void>
}

const nonceBytes = 18
const secretBytes = 32

/** A PostgreSQL server over an engine. Rejects as Network.listen does. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { clock, random, log } = options
  const limits = { ...defaultPgwireLimits, ...options.limits }
  const mockSecret = options.mockSecret ?? drawBytes(random, secretBytes)
  const counters = createCounters()
  const { network, nodeNumber, cancelPeers: peers } = options
  const forwarding = peers && createCancelForwarding({ network, clock, random, log, nodeNumber, peers })
  const connections = new Map<number, ConnectionShell>()
  /** Oldest first. */
  const handshakes = new Set<ConnectionShell>()
  /** Called whenever a connection is gone. */
  const waiting = new Set<() => void>()
  let roomTaken = 0
  const roomTakenBy = new Map<string, number>()
  let sessionNumber = 0
  let cancelSecond = Number.NEGATIVE_INFINITY
  let cancelsInSecond = 0
  let refusal: EverportError | undefined

  const context: ShellContext = {
    clock,
    network: options.network,
    tls: options.tls,
    engine: options.engine,
    log,
    limits,
    database: options.database,
    nodeName: options.nodeName ?? '',
    writer: new ByteWriter(),
    counters,
    findVerifier,
    makeNonce: () => base64(drawBytes(random, nonceBytes)),
    cancelOther,
    cancelForwarded,
    takeRoom(user) {
      const most = options.connectionsMax?.(user)
      const mine = roomTakenBy.get(user) ?? 0
      if (roomTaken >= (most?.ofServer ?? limits.connectionsMax))
        return new EverportError('too_many_connections', 'sorry, too many clients already')
      if (most !== undefined && mine >= most.ofRole)
        return new EverportError('too_many_connections', `too many connections for role "${user}"`)
      roomTaken++
      roomTakenBy.set(user, mine + 1)
      return undefined
    },
    giveRoomBack(user) {
      roomTaken--
      const left = (roomTakenBy.get(user) ?? 1) - 1
      if (left === 0) roomTakenBy.delete(user)
      else roomTakenBy.set(user, left)
    },
    loggedIn(shell) {
      handshakes.delete(shell)
    },
    released,
  }

  const listening = await options.network.listen(options.at, { keepAliveMs: limits.keepAliveMs }, accept)
  log.debug('PostgreSQL server listens', { at: listening.at })

  return {
    at: listening.at,
    counters,
    sessions: () => count(shell => shell.isLoggedIn),
    activeQueries: () => count(shell => shell.isRunning),
    activity: () =>
      [...connections.values()].filter(shell => shell.isLoggedIn).map(shell => shell.activity()),
    cancelBackend: processId => withSession(processId, shell => shell.cancel()),
    terminateBackend: processId => withSession(processId, shell => shell.stop()),
    drain,
    close,
  }

  function accept(connection: Connection): void {
    counters.connectionsAccepted++
    if (handshakes.size >= limits.handshakesMax) evictOldest()
    const shell = new ConnectionShell(connection, freeKey(), refusal, context)
    connections.set(shell.key.processId, shell)
    handshakes.add(shell)
  }

  function evictOldest(): void {
    const [oldest] = handshakes
    if (oldest === undefined) return
    counters.handshakesEvicted++
    handshakes.delete(oldest)
    oldest.destroy()
  }

  function freeKey(): CancelKey {
    for (;;) {
      const key = makeCancelKey(options.nodeNumber, ++sessionNumber, random)
      if (!connections.has(key.processId)) return key
    }
  }

  async function findVerifier(user: string): Promise<FoundVerifier> {
    const text = await options.authenticate(user)
    const verifier = text === undefined ? undefined : parseVerifier(text)
    if (text !== undefined && verifier === undefined) log.error('verifier cannot be read', { user })
    return {
      verifier: verifier ?? mockVerifier(user, mockSecret),
      isKnown: verifier !== undefined,
      ...(options.settingsOf && { defaults: options.settingsOf(user) }),
    }
  }

  /** A wrong key does nothing and says nothing. */
  function cancelOwn(key: CancelKey): boolean {
    const shell = connections.get(key.processId)
    if (shell === undefined || !isSecretRight(key.secret, shell.cancelSecret)) return false
    shell.cancel()
    return true
  }

  async function cancelOther(key: CancelKey): Promise<void> {
    counters.cancelsReceived++
    if (!takesCancel()) return
    if (cancelOwn(key) || forwarding === undefined) return
    counters.cancelsForwarded++
    await forwarding.forward(key)
  }

  function cancelForwarded(sealed: Uint8Array): void {
    if (!takesCancel()) return
    const key = forwarding?.open(sealed)
    if (key === undefined) return
    counters.cancelsTakenOver++
    cancelOwn(key)
  }

  function takesCancel(): boolean {
    const now = clock.now()
    if (now - cancelSecond >= 1_000) {
      cancelSecond = now
      cancelsInSecond = 0
    }
    if (cancelsInSecond++ < limits.cancelsPerSecondMax) return true
    counters.cancelsIgnored++
    return false
  }

  function withSession(processId: number, act: (shell: ConnectionShell) => void): boolean {
    const shell = connections.get(processId)
    if (shell?.isLoggedIn !== true) return false
    act(shell)
    return true
  }

  function released(shell: ConnectionShell): void {
    connections.delete(shell.key.processId)
    handshakes.delete(shell)
    for (const check of waiting) check()
  }

  function count(fits: (shell: ConnectionShell) => boolean): number {
    let found = 0
    for (const shell of connections.values()) if (fits(shell)) found++
    return found
  }

  function until(isTrue: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const check = (): void => {
        if (!isTrue()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  }

  function stopAll(): void {
    for (const shell of connections.values()) shell.stop()
  }

  async function drain(deadlineMs: number, how: DrainOptions = {}): Promise<void> {
    refusal = shuttingDownError()
    if (how.keepAccepting !== true) await listening.close()
    for (const shell of connections.values()) shell.drain()
    const cancelDeadline = clock.after(deadlineMs, stopAll)
    await until(() => connections.size === handshakes.size)
    cancelDeadline()
    if (how.keepAccepting !== true) await close()
  }

  async function close(): Promise<void> {
    refusal = shuttingDownError()
    await listening.close()
    stopAll()
    await until(() => connections.size === 0)
  }
}

function drawBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = random.uint32() & 0xff
  return bytes
}
