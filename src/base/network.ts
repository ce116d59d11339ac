import type { TlsIdentity, TlsPeer } from './tls-identity.ts'

/**
 * The network as the program sees it. `Connection` is the part of `node:net`'s Socket that we use, so the real network hands
 * out sockets without a wrapper, and the simulated one (testing/) hands out twins with the same events in the same order.
 */

/** An IP address and a port. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface Connection {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly destroyed: boolean
  readonly writableLength: number
  readonly bytesWritten: number
  readonly bytesRead: number
  /** False when more is buffered than the high-water mark: wait for 'drain'. `done` is called when the system has taken it, or never will. */
  write(data: Uint8Array, done?: () => void): boolean
  /** Sends FIN after what is buffered. */
  end(): unknown
  /** Closes at once, both ways. */
  destroy(): unknown
  /** Closes at once with RST. */
  resetAndDestroy(): unknown
  pause(): unknown
  resume(): unknown
  cork(): void
  uncork(): void
  setNoDelay(on?: boolean): unknown
  on(event: 'data', listener: (data: Buffer) => void): unknown
  on(event: 'end' | 'drain' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  removeAllListeners(event?: string): unknown
}

/** 'tls': the peer answers, but no TLS session comes about. */
export type ConnectFailureReason = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'cancelled' | 'tls'

/** The one way `connect` and `startTls` fail. */
export class ConnectError extends Error {
  override name = 'ConnectError'
  readonly reason: ConnectFailureReason
  readonly to: Endpoint
  /** What is known beyond the reason, for 'tls' for example `alert handshake failure`. */
  readonly detail: string
  constructor(reason: ConnectFailureReason, to: Endpoint, detail = '') {
    super(`connect to ${formatEndpoint(to)}: ${reason}${detail === '' ? '' : `, ${detail}`}`)
    this.reason = reason
    this.to = to
    this.detail = detail
  }
}

export interface ConnectOptions {
  readonly timeoutMs: number
  /** Local address to connect from. */
  readonly from?: string
  /** Local port to connect from; several connections may share it, each to another endpoint. Any that is free when undefined. */
  readonly fromPort?: number
  /** Keep the other direction open after the peer's FIN. Default false. */
  readonly allowHalfOpen?: boolean
  readonly signal?: AbortSignal
  /** Takes what is read instead of 'data' listeners. The connection comes paused then: `resume` begins. */
  readonly reader?: ConnectionReader
}

/** Reads into memory of the reader's own: bulk data in larger pieces than 'data' gives them, and without new memory for each. */
export interface ConnectionReader {
  /** Where the next read goes; asked before the first and after each. Not touched until `read` has been called for it. */
  buffer(): Uint8Array
  /** The buffer holds so many bytes now. False pauses: `resume` goes on. */
  read(count: number): boolean
}

export interface TlsOptions {
  readonly timeoutMs: number
  /** Sent as server name indication (RFC 6066); left out when undefined, and for an address, which may not be sent. */
  readonly serverName?: string | undefined
  readonly signal?: AbortSignal
}

export interface TlsSession {
  readonly connection: Connection
  /** Whether the peer's certificate is for `serverName`. Nothing else about it is validated: for probes, not for secrets. */
  readonly isNamed: boolean
}

export interface TlsAcceptOptions {
  readonly identity: TlsIdentity
  readonly timeoutMs: number
  /** Application protocols (ALPN) in the order of our liking; a client that offers only others is refused. */
  readonly protocols?: readonly string[]
  /** Bytes of the handshake that were read already. */
  readonly received?: Uint8Array
}

export interface AcceptedTls {
  readonly connection: Connection
  readonly peer: TlsPeer
}

export interface Listening {
  readonly at: Endpoint
  /** Stops accepting; connections already accepted go on. Resolves when the port is free. */
  close(): Promise<void>
}

export interface ListenOptions {
  readonly allowHalfOpen?: boolean
  readonly backlog?: number
  /** Leave accepted connections paused until `resume`. Default false. */
  readonly pauseOnConnect?: boolean
  /**
   * After so long without a byte the system asks the peer whether it is still there, ten times in ten seconds, and then takes the
   * connection for reset. Default: what the system does by itself.
   */
  readonly keepAliveMs?: number
}

export interface Datagrams {
  readonly at: Endpoint
  send(data: Uint8Array, to: Endpoint): void
  close(): Promise<void>
}

/** A socket that talks to one peer alone. */
export interface DatagramPeer {
  send(data: Uint8Array): void
  close(): void
}

export interface DatagramPeerEvents {
  receive(data: Buffer): void
  /** The peer's machine says that nobody listens there (ICMP port unreachable). */
  refused(): void
}

/** `connect`, `startTls` and `acceptTls` reject with ConnectError; `listen` and `datagrams` reject with EverportError 'address_in_use' and the like. Port 0 picks a free port. */
export interface Network {
  connect(to: Endpoint, options: ConnectOptions): Promise<Connection>
  /** A TLS session as client over a connection on which nothing was said yet. The connection is its own from here, also when it fails. */
  startTls(connection: Connection, options: TlsOptions): Promise<TlsSession>
  /**
   * A TLS session as server. `connection` is paused and nobody listens for its data; it is the session's from here, also when it fails. A client whose
   * certificate nobody vouches for is refused like one that breaks the handshake: reason 'tls'.
   */
  acceptTls(connection: Connection, options: TlsAcceptOptions): Promise<AcceptedTls>
  listen(at: Endpoint, options: ListenOptions, accept: (connection: Connection) => void): Promise<Listening>
  datagrams(at: Endpoint, receive: (data: Buffer, from: Endpoint) => void): Promise<Datagrams>
  /** Undefined when no socket can be had. */
  datagramPeer(to: Endpoint, events: DatagramPeerEvents): Promise<DatagramPeer | undefined>
}

/** A network that passes all on to another, for whoever does a part of it otherwise. */
export function passingOn(network: Network): Network {
  return {
    connect: (to, options) => network.connect(to, options),
    startTls: (connection, options) => network.startTls(connection, options),
    acceptTls: (connection, options) => network.acceptTls(connection, options),
    listen: (at, options, accept) => network.listen(at, options, accept),
    datagrams: (at, receive) => network.datagrams(at, receive),
    datagramPeer: (to, events) => network.datagramPeer(to, events),
  }
}

export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`
}
