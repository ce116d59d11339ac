import { createSocket } from 'node:dgram'
import {
  type AddressInfo,
  createServer,
  isIP,
  type OnReadOpts,
  type Server,
  Socket,
  type SocketConstructorOpts,
} from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import { EverportError } from '../base/errors.ts'
import {
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
  type TlsOptions,
  type TlsSession,
} from '../base/network.ts'
import { acceptTls } from './accept-tls.ts'
import { tlsFailure } from './tls-failure.ts'

/** The operating system's network. */
export const systemNetwork: Network = { connect, startTls, acceptTls, listen, datagrams, datagramPeer }

function connect(to: Endpoint, options: ConnectOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const { reader } = options
    const socket = new Socket(socketOptions(options))
    if (reader !== undefined) socket.pause()
    // Among the options of `connect` Node overlooks it.
    socket.setNoDelay(true)
    const settle = (): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', cancel)
      socket.off('error', failed).off('connect', connected)
    }
    const failed = (error: Error): void => fail(connectFailureReason(error))
    const connected = (): void => {
      settle()
      resolve(socket)
    }
    const fail = (reason: ConnectFailureReason): void => {
      settle()
      socket.on('error', () => undefined)
      socket.destroy()
      reject(new ConnectError(reason, to))
    }
    const cancel = (): void => fail('cancelled')
    const timer = setTimeout(() => fail('timeout'), options.timeoutMs)
    if (options.signal?.aborted === true) return cancel()
    options.signal?.addEventListener('abort', cancel, { once: true })
    socket.on('error', failed).on('connect', connected)
    socket.connect({
      host: to.address,
      port: to.port,
      ...(options.from === undefined ? {} : { localAddress: options.from }),
      ...(options.fromPort === undefined ? {} : { localPort: options.fromPort }),
    })
  })
}

/** The last three are what Node sets in its copy in any case. To a copy that lacks them it adds them slowly: eight microseconds a socket. */
function socketOptions({ allowHalfOpen = false, reader }: ConnectOptions): SocketConstructorOpts {
  const onread: OnReadOpts | undefined = reader && {
    buffer: () => reader.buffer(),
    callback: count => reader.read(count),
  }
  const options = { allowHalfOpen, onread, emitClose: false, autoDestroy: true, decodeStrings: false }
  return options
}

function startTls(connection: Connection, options: TlsOptions): Promise<TlsSession> {
  const to = { address: connection.remoteAddress ?? '', port: connection.remotePort ?? 0 }
  const { serverName = '' } = options
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket: connection as Socket,
      servername: isIP(serverName) === 0 ? serverName : '',
      // Whoever probes wants to know whether there is an answer, whatever the certificate.
      rejectUnauthorized: false,
    })
    const settle = (): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', cancel)
      secured.off('error', broken).off('close', closed).off('secureConnect', agreed)
    }
    const fail = (error: ConnectError): void => {
      settle()
      secured.on('error', () => undefined)
      secured.destroy()
      connection.destroy()
      reject(error)
    }
    const broken = (error: Error): void => fail(tlsFailure(error, to))
    const closed = (): void => fail(new ConnectError('reset', to))
    const agreed = (): void => {
      settle()
      // Only a plain socket can be reset; its session goes with it.
      secured.resetAndDestroy = () => {
        if (!connection.destroyed) connection.resetAndDestroy()
        return secured.destroy()
      }
      const isNamed = checkServerIdentity(serverName, secured.getPeerCertificate()) === undefined
      resolve({ connection: secured, isNamed })
    }
    const cancel = (): void => fail(new ConnectError('cancelled', to))
    const timer = setTimeout(() => fail(new ConnectError('timeout', to)), options.timeoutMs)
    connection.on('error', () => undefined)
    if (options.signal?.aborted === true) return cancel()
    options.signal?.addEventListener('abort', cancel, { once: true })
    secured.on('error', broken).on('close', closed).on('secureConnect', agreed)
  })
}

function connectFailureReason(error: Error): ConnectFailureReason {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ECONNRESET') return 'reset'
  if (code === 'ETIMEDOUT') return 'timeout'
  return 'unreachable'
}

function listen(
  at: Endpoint,
  options: ListenOptions,
  accept: (connection: Connection) => void,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serverFor(options, accept)
    server.once('error', error => reject(listenError(error, at)))
    server.listen(
      { host: at.address, port: at.port, backlog: options.backlog ?? backlogDefault, exclusive: true },
      () => {
        server.removeAllListeners('error')
        const bound = server.address()
        const port = bound !== null && typeof bound === 'object' ? bound.port : at.port
        resolve(listeningOf(server, { address: at.address, port }))
      },
    )
  })
}

const backlogDefault = 4096
/** For whoever sends it to another process. */
const servers = new WeakMap<Listening, Server>()

export function serverOf(listening: Listening): Server | undefined {
  return servers.get(listening)
}

/** Opens, on the socket of a server that has come from another process, one that does as `options` say. */
export function listenBeside(
  sent: Server,
  options: ListenOptions,
  accept: (connection: Connection) => void,
): Listening {
  const { address = '', port = 0 } = sent.address() as Partial<AddressInfo>
  const server = serverFor(options, accept)
  server.listen(sent, options.backlog ?? backlogDefault)
  return listeningOf(server, { address, port })
}

function serverFor(options: ListenOptions, accept: (connection: Connection) => void): Server {
  return createServer(
    {
      allowHalfOpen: options.allowHalfOpen ?? false,
      pauseOnConnect: options.pauseOnConnect ?? false,
      noDelay: true,
      keepAlive: true,
      ...(options.keepAliveMs === undefined ? {} : { keepAliveInitialDelay: options.keepAliveMs }),
    },
    accept,
  )
}

function listeningOf(server: Server, at: Endpoint): Listening {
  // A failed accept (no file descriptors left) must not end the process; the next accept is tried.
  server.on('error', () => undefined)
  const listening = {
    at,
    close: (): Promise<void> =>
      new Promise(closed => {
        // The port is free at once; `close` calls back only when the last connection has ended, which is not what we wait for.
        server.close()
        setImmediate(closed)
      }),
  }
  servers.set(listening, server)
  return listening
}

function datagrams(at: Endpoint, receive: (data: Buffer, from: Endpoint) => void): Promise<Datagrams> {
  return new Promise((resolve, reject) => {
    const isVersion6 = at.address.includes(':')
    const socket = createSocket({
      type: isVersion6 ? 'udp6' : 'udp4',
      recvBufferSize: 1 << 20,
      // Endpoints are addresses already; by default each send would go through node:dns, which costs a quarter of the rate.
      lookup: (address, _options, resolved) => resolved(null, address, isVersion6 ? 6 : 4),
    })
    socket.once('error', error => reject(listenError(error, at)))
    socket.bind(at.port, at.address, () => {
      socket.removeAllListeners('error')
      // Errors of single datagrams (an unreachable client) concern nobody else.
      socket.on('error', () => undefined)
      socket.on('message', receive)
      resolve({
        at: { address: at.address, port: socket.address().port },
        send: (data, to) => socket.send(data, to.port, to.address),
        close: () => new Promise(closed => socket.close(closed)),
      })
    })
  })
}

function datagramPeer(to: Endpoint, events: DatagramPeerEvents): Promise<DatagramPeer | undefined> {
  return new Promise(resolve => {
    const isVersion6 = to.address.includes(':')
    const socket = createSocket({
      type: isVersion6 ? 'udp6' : 'udp4',
      lookup: (address, _options, resolved) => resolved(null, address, isVersion6 ? 6 : 4),
    })
    let isOpen = false
    const close = (): void => {
      if (isOpen) socket.close()
      isOpen = false
    }
    socket.on('error', error => {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') events.refused()
      // Without a descriptor or a port it never opens.
      resolve(undefined)
    })
    socket.on('message', data => events.receive(data))
    socket.connect(to.port, to.address, () => {
      isOpen = true
      resolve({
        close,
        send: data => {
          if (isOpen) socket.send(data)
        },
      })
    })
  })
}

/** What stopped us from listening, in words that say what to do. */
export function listenError(error: Error, at: Endpoint): EverportError {
  const code = (error as NodeJS.ErrnoException).code
  const where = formatEndpoint(at)
  if (code === 'EADDRINUSE') {
    return new EverportError('address_in_use', `cannot listen on ${where}: another program uses it`, {
      hint: `find it with: ss -lptn 'sport = :${at.port}' (Linux) or lsof -nP -i :${at.port} (macOS)`,
      cause: error,
    })
  }
  if (code === 'EADDRNOTAVAIL') {
    return new EverportError(
      'address_missing',
      `cannot listen on ${where}: this machine does not have that address`,
      {
        hint: `on macOS: sudo ifconfig lo0 alias ${at.address} up`,
        cause: error,
      },
    )
  }
  if (code === 'EACCES') {
    return new EverportError('permission_denied', `cannot listen on ${where}: not permitted`, {
      hint: 'ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher port',
      cause: error,
    })
  }
  return new EverportError('internal', `cannot listen on ${where}: ${error.message}`, { cause: error })
}
