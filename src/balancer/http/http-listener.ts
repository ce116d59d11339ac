import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { TLSSocket, Server as TlsServer } from 'node:tls'
import type { Connection, Endpoint, Listening } from '../../base/network.ts'
import type { ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import { sourceFilter } from '../selection/source-rules.ts'
import { answerRequest } from './answer-request.ts'
import { failure } from './canned-answer.ts'
import { factsOf, send } from './exchange.ts'
import type { HttpContext } from './http-context.ts'
import type { ServerCertificates } from './server-certificates.ts'
import { relayUpgrade } from './websocket.ts'

/** One open port that takes HTTP requests. */
export interface HttpListener {
  /** Of an HTTPS listener: for clients that connect from now on. */
  renew(certificates: ServerCertificates): void
  /** Accepts no more; idle connections end now, others after their request. Resolves when the port is free. */
  close(): Promise<void>
  /** Ends what is left. */
  destroy(): void
}

type AnyRequest = IncomingMessage | Http2ServerRequest
type AnyResponse = ServerResponse | Http2ServerResponse

/** `now` gives the listener as it is at the moment of a request, so that changed rules hold for the next one. */
export async function openHttpListener(
  context: HttpContext,
  at: Endpoint,
  now: () => ListenerSnapshot | undefined,
  certificates: ServerCertificates | undefined,
): Promise<HttpListener> {
  const { clock, limits, counters, network } = context
  const raw = new Set<Connection>()
  const clients = new Clients()
  let isClosing = false
  let current = certificates
  const protocol = certificates === undefined ? 'http' : 'https'

  const onRequest = (request: AnyRequest, response: AnyResponse): void => {
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    const settings = now()?.http
    const facts = factsOf(request, protocol, at.port)
    if (settings === undefined || facts === undefined) {
      send({ request, response }, failure(settings === undefined ? 503 : 400))
      return
    }
    const client = clients.of(request)
    const isOld = client !== undefined && clock.now() - client.openedAtMs > settings.clientKeepAliveMs
    if (isOld || isClosing) endAfter(response)
    if (client !== undefined) {
      client.requests++
      response.on('close', () => client.requests--)
    }
    const clientPort = request.socket?.remotePort
    void answerRequest(context, { request, response, facts, clientPort, settings })
  }
  const server = newServer(
    context,
    certificates === undefined ? undefined : () => current ?? certificates,
    () => now()?.http?.http2 !== false,
    onRequest,
  )
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    const settings = now()?.http
    const facts = factsOf(request, protocol, at.port)
    if (settings === undefined || facts === undefined) socket.end(badRequest)
    else
      relayUpgrade(context, { request, facts, clientPort: request.socket.remotePort, settings }, socket, head)
  })
  server.on('clientError', (_: Error, socket: Duplex) => {
    if (socket.writable) socket.end(badRequest)
    else socket.destroy()
  })
  server.on('tlsClientError', () => counters.listener(at.port).tlsFailed++)
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') clients.add(socket, clock.now(), () => socket.destroy())
  })
  server.on('session', (session: ServerHttp2Session) => {
    session.on('error', () => undefined)
    clients.add(session, clock.now(), () => session.close())
  })

  const listening: Listening = await network.listen(at, { backlog: 4_096 }, connection => {
    const counted = counters.listener(at.port)
    connection.on('error', () => undefined)
    const allowed = now()?.allowed
    if (allowed !== undefined && !sourceFilter(allowed.tcp)(connection.remoteAddress ?? '')) {
      counted.blocked++
      connection.destroy()
      return
    }
    if (counted.active >= limits.connectionsMax) {
      counted.rejected++
      connection.resetAndDestroy()
      return
    }
    counted.accepted++
    counted.active++
    raw.add(connection)
    connection.on('close', () => {
      counted.active--
      raw.delete(connection)
    })
    if (certificates === undefined) clients.add(connection, clock.now(), () => connection.destroy())
    server.emit('connection', connection)
  })
  return {
    renew(renewed) {
      current = renewed
      if ('setSecureContext' in server) (server as unknown as TlsServer).setSecureContext(renewed.default)
    },
    async close() {
      isClosing = true
      await listening.close()
      clients.endIdle()
    },
    destroy() {
      for (const connection of raw) connection.destroy()
    },
  }
}

interface Client {
  readonly openedAtMs: number
  requests: number
  readonly end: () => unknown
}

/** Who is connected: sockets of HTTP/1.1, sessions of HTTP/2. */
class Clients {
  readonly #clients = new Map<object, Client>()

  add(
    key: { on(event: 'close', listener: () => void): unknown },
    openedAtMs: number,
    end: () => unknown,
  ): void {
    this.#clients.set(key, { openedAtMs, requests: 0, end })
    key.on('close', () => this.#clients.delete(key))
  }

  of(request: AnyRequest): Client | undefined {
    const key = 'stream' in request ? request.stream.session : request.socket
    return key === undefined ? undefined : this.#clients.get(key)
  }

  endIdle(): void {
    for (const { requests, end } of this.#clients.values()) if (requests === 0) end()
  }
}

function newServer(
  { limits }: HttpContext,
  certificates: (() => ServerCertificates) | undefined,
  mayHttp2: () => boolean,
  onRequest: (request: AnyRequest, response: AnyResponse) => void,
): Server {
  const bounds = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
  }
  if (certificates === undefined) return createServer(bounds, onRequest)
  const server = createSecureServer(
    {
      ...certificates().default,
      allowHTTP1: true,
      handshakeTimeout: limits.tlsTimeoutMs,
      maxHeaderListPairs: 512,
      ALPNCallback: ({ protocols }) =>
        (mayHttp2() ? ['h2', 'http/1.1'] : ['http/1.1']).find(name => protocols.includes(name)),
      SNICallback(serverName, found) {
        try {
          found(null, certificates().contextFor(serverName))
        } catch (error) {
          found(error as Error)
        }
      },
    },
    onRequest,
  )
  return server as unknown as Server
}

function endAfter(response: AnyResponse): void {
  if ('shouldKeepAlive' in response) response.shouldKeepAlive = false
  else response.stream?.session?.close()
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
