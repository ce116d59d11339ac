import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import {
  type AcceptedTls,
  ConnectError,
  type ConnectFailureReason,
  type Connection,
  type ConnectOptions,
  type DatagramPeer,
  type DatagramPeerEvents,
  type Datagrams,
  type Endpoint,
  formatEndpoint,
  type Listening,
  type ListenOptions,
  type Network,
  type TlsSession,
} from '../base/network.ts'
import { fraction, type Random } from '../base/random.ts'
import { SimulatedConnection } from './connection.ts'
import { SimulatedDatagrams } from './datagrams.ts'
import { Lane, type LaneRules } from './lane.ts'

export interface SimulatedNetworkOptions {
  readonly clock: Clock
  readonly random: Random
  readonly latencyMs?: { readonly min: number; readonly max: number }
  /** Part of the datagrams that is lost, 0 … 1. */
  readonly datagramLoss?: number
  /** Addresses that exist; listening elsewhere fails. */
  readonly hasAddress?: (address: string) => boolean
}

interface Listener {
  readonly at: Endpoint
  readonly accept: (connection: Connection) => void
  readonly options: ListenOptions
  /** Handshakes done in the kernel while the program stands still. */
  readonly backlog: SimulatedConnection[]
}

/**
 * A network in memory, with time from the clock given and faults on request. One address is one machine with one program on it.
 * `host(address)` is the network as that program sees it.
 */
export class SimulatedNetwork implements Network, LaneRules {
  readonly clock: Clock
  readonly random: Random
  readonly #options: Required<Pick<SimulatedNetworkOptions, 'latencyMs' | 'datagramLoss' | 'hasAddress'>>
  #listeners = new Map<string, Listener>()
  #datagrams = new Map<string, SimulatedDatagrams>()
  #connections = new Set<SimulatedConnection>()
  #waitingLanes = new Set<Lane>()
  #lastPort = new Map<string, number>()
  #crashed = new Set<string>()
  #hung = new Set<string>()
  #cuts = new Set<string>()
  #delaysMs = new Map<string, number>()

  constructor(options: SimulatedNetworkOptions) {
    this.clock = options.clock
    this.random = options.random
    this.#options = {
      latencyMs: options.latencyMs ?? { min: 0.05, max: 0.5 },
      datagramLoss: options.datagramLoss ?? 0,
      hasAddress: options.hasAddress ?? (address => address.startsWith('127.')),
    }
  }

  host(address: string): Network {
    return {
      connect: (to, options) => this.connect(to, { from: address, ...options }),
      startTls: connection => this.startTls(connection),
      acceptTls: connection => this.acceptTls(connection),
      listen: (at, options, accept) => this.listen(at, options, accept),
      datagrams: (at, receive) => this.datagrams(at, receive),
      datagramPeer: (to, events) => this.datagramPeer(to, events, address),
    }
  }

  // Faults

  /** The program at `address` dies: its listeners are gone, its peers get RST (or FIN with 'end'), connects are refused. */
  crash(address: string, how: 'reset' | 'end' = 'reset'): void {
    this.#crashed.add(address)
    this.#hung.delete(address)
    for (const [key, { at }] of this.#listeners) if (at.address === address) this.#listeners.delete(key)
    for (const socket of this.#datagrams.values()) if (socket.at.address === address) void socket.close()
    for (const connection of this.#connections) {
      if (connection.localAddress === address) connection.abandon(how)
    }
  }

  /** The program at `address` stands still, as after SIGSTOP: its kernel still accepts connections and bytes; nobody answers. */
  hang(address: string): void {
    this.#hung.add(address)
  }

  /** Nothing passes between the two until `restore`; what TCP carries arrives then. */
  partition(a: string, b: string): void {
    this.#cuts.add(pair(a, b))
  }

  /** Everything from and to `address` takes so much longer. */
  slow(address: string, byMs: number): void {
    this.#delaysMs.set(address, byMs)
  }

  /** Ends every fault of `address`, or all. A crashed program has to listen again by itself. */
  restore(address?: string): void {
    const concerns = (item: string): boolean => address === undefined || item.split(' ').includes(address)
    for (const faults of [this.#crashed, this.#hung, this.#cuts, this.#delaysMs]) {
      for (const item of faults.keys()) if (concerns(item)) faults.delete(item)
    }
    for (const listener of this.#listeners.values()) {
      for (const connection of listener.backlog.splice(0)) this.#accept(listener, connection)
    }
    for (const connection of this.#connections) connection.wake()
    for (const socket of this.#datagrams.values()) socket.wake()
    const lanes = [...this.#waitingLanes]
    this.#waitingLanes.clear()
    for (const lane of lanes) lane.deliver()
  }

  /** Whether a program accepts connections there now. */
  isListening({ address, port }: Endpoint): boolean {
    return this.#listeners.has(formatEndpoint({ address, port }))
  }

  // What the wire asks

  isHung(address: string): boolean {
    return this.#hung.has(address)
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.has(pair(from, to))
  }

  isLost(from: string, to: string): boolean {
    return this.isCut(from, to) || fraction(this.random) < this.#options.datagramLoss
  }

  latencyMs(from: string, to: string): number {
    const { min, max } = this.#options.latencyMs
    const slowness = (this.#delaysMs.get(from) ?? 0) + (this.#delaysMs.get(to) ?? 0)
    return min + fraction(this.random) * (max - min) + slowness
  }

  waitForMending(lane: Lane): void {
    this.#waitingLanes.add(lane)
  }

  // The port

  connect(to: Endpoint, options: ConnectOptions): Promise<Connection> {
    const from = { address: options.from ?? '127.0.0.1', port: 0 }
    return new Promise((resolve, reject) => {
      let isSettled = false
      const settle = (outcome: ConnectFailureReason | SimulatedConnection): void => {
        if (isSettled) return void (outcome instanceof SimulatedConnection && outcome.resetAndDestroy())
        isSettled = true
        cancelTimer()
        options.signal?.removeEventListener('abort', cancel)
        if (!(outcome instanceof SimulatedConnection)) return reject(new ConnectError(outcome, to))
        if (options.reader === undefined) outcome.read(0)
        else outcome.readInto(options.reader)
        resolve(outcome)
      }
      const cancel = (): void => settle('cancelled')
      const cancelTimer = this.clock.after(options.timeoutMs, () => settle('timeout'))
      if (options.signal?.aborted === true) return cancel()
      options.signal?.addEventListener('abort', cancel, { once: true })
      if (this.#crashed.has(from.address)) return settle('unreachable')
      if (this.isHung(from.address)) return
      this.#shakeHands({ ...from, port: this.#freePort(from.address) }, to, options, settle)
    })
  }

  /** Without ciphers or certificates: bytes go on as they are, and every name is right. */
  startTls(connection: Connection): Promise<TlsSession> {
    return Promise.resolve({ connection, isNamed: true })
  }

  acceptTls(connection: Connection): Promise<AcceptedTls> {
    return Promise.resolve({ connection, peer: { protocol: undefined, clientCertificate: undefined } })
  }

  listen(at: Endpoint, options: ListenOptions, accept: (connection: Connection) => void): Promise<Listening> {
    const bound = this.#bind(at, this.#listeners)
    if (bound instanceof EverportError) return Promise.reject(bound)
    const key = formatEndpoint(bound)
    const listener: Listener = { at: bound, accept, options, backlog: [] }
    this.#listeners.set(key, listener)
    const close = (): Promise<void> => {
      if (this.#listeners.get(key) === listener) this.#listeners.delete(key)
      for (const connection of listener.backlog.splice(0)) connection.resetAndDestroy()
      return Promise.resolve()
    }
    return Promise.resolve({ at: bound, close })
  }

  datagrams(at: Endpoint, receive: (data: Buffer, from: Endpoint) => void): Promise<Datagrams> {
    const bound = this.#bind(at, this.#datagrams)
    if (bound instanceof EverportError) return Promise.reject(bound)
    const key = formatEndpoint(bound)
    const socket = new SimulatedDatagrams({
      at: bound,
      receive,
      rules: this,
      find: to => this.#datagrams.get(formatEndpoint(to)),
      onClosed: () => this.#datagrams.delete(key),
    })
    this.#datagrams.set(key, socket)
    return Promise.resolve(socket)
  }

  /** Nobody tells of ports where nobody listens: as behind a firewall. */
  async datagramPeer(
    to: Endpoint,
    events: DatagramPeerEvents,
    from = '127.0.0.1',
  ): Promise<DatagramPeer | undefined> {
    const isPeer = (sender: Endpoint): boolean => sender.address === to.address && sender.port === to.port
    const socket = await this.datagrams({ address: from, port: 0 }, (data, sender) => {
      if (isPeer(sender)) events.receive(data)
    })
    return { send: data => socket.send(data, to), close: () => void socket.close() }
  }

  // Inside

  /** SYN, SYN-ACK or RST, ACK: the caller's side is open one way before the listener's. */
  #shakeHands(
    from: Endpoint,
    to: Endpoint,
    options: ConnectOptions,
    settle: (outcome: ConnectFailureReason | SimulatedConnection) => void,
  ): void {
    const [out, back] = [new Lane(this, from.address, to.address), new Lane(this, to.address, from.address)]
    out.send(() => {
      const listener = this.#listeners.get(formatEndpoint(to))
      if (listener === undefined) return back.send(() => settle('refused'), true)
      // A full queue drops the SYN; the caller waits for its timeout.
      if (listener.backlog.length >= (listener.options.backlog ?? 4096)) return
      const server = this.#connection(to, from, listener.options.allowHalfOpen, back)
      const client = this.#connection(from, to, options.allowHalfOpen, out)
      server.joinPeer(client)
      client.joinPeer(server)
      back.send(() => {
        out.send(() => this.#accept(listener, server))
        settle(client)
      })
    })
  }

  #accept(listener: Listener, connection: SimulatedConnection): void {
    if (connection.destroyed) return
    if (this.#listeners.get(formatEndpoint(listener.at)) !== listener)
      return void connection.resetAndDestroy()
    if (this.isHung(connection.localAddress)) return void listener.backlog.push(connection)
    if (listener.options.pauseOnConnect === true) connection.pause()
    else connection.read(0)
    listener.accept(connection)
  }

  #connection(local: Endpoint, remote: Endpoint, allowHalfOpen = false, lane: Lane): SimulatedConnection {
    const connection = new SimulatedConnection({
      local,
      remote,
      allowHalfOpen,
      lane,
      random: this.random,
      isHung: () => this.isHung(local.address),
      onGone: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
    return connection
  }

  #bind(at: Endpoint, taken: ReadonlyMap<string, unknown>): Endpoint | EverportError {
    const where = formatEndpoint(at)
    if (!this.#options.hasAddress(at.address) || this.#crashed.has(at.address))
      return new EverportError('address_missing', `cannot listen on ${where}: no such address`)
    if (taken.has(where))
      return new EverportError('address_in_use', `cannot listen on ${where}: another program uses it`)
    return at.port === 0 ? { ...at, port: this.#freePort(at.address) } : at
  }

  #freePort(address: string): number {
    const port = (this.#lastPort.get(address) ?? 32_767) + 1
    this.#lastPort.set(address, port)
    return port
  }
}

const pair = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
