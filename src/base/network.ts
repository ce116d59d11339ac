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
  /** False when more is buffered than the high-water mark: wait for 'drain'. */
  write(data: Uint8Array): boolean
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

export type ConnectFailureReason = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'cancelled'

/** The one way `connect` fails. */
export class ConnectError extends Error {
  override name = 'ConnectError'
  readonly reason: ConnectFailureReason
  readonly to: Endpoint
  constructor(reason: ConnectFailureReason, to: Endpoint) {
    super(`connect to ${formatEndpoint(to)}: ${reason}`)
    this.reason = reason
    this.to = to
  }
}

export interface ConnectOptions {
  readonly timeoutMs: number
  /** Local address to connect from. */
  readonly from?: string
  /** Keep the other direction open after the peer's FIN. Default false. */
  readonly allowHalfOpen?: boolean
  readonly signal?: AbortSignal
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
}

export interface Datagrams {
  readonly at: Endpoint
  send(data: Uint8Array, to: Endpoint): void
  close(): Promise<void>
}

/** `connect` rejects with ConnectError; `listen` and `datagrams` reject with EverportError 'address_in_use' and the like. Port 0 picks a free port. */
export interface Network {
  connect(to: Endpoint, options: ConnectOptions): Promise<Connection>
  listen(at: Endpoint, options: ListenOptions, accept: (connection: Connection) => void): Promise<Listening>
  datagrams(at: Endpoint, receive: (data: Buffer, from: Endpoint) => void): Promise<Datagrams>
}

export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`
}
