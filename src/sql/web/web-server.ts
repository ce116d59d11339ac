import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Cancel, Clock } from '../../base/clock.ts'
import { EverportError, publicError, renderForHttp } from '../../base/errors.ts'
import type { Connection, Endpoint, Network } from '../../base/network.ts'

export interface WebAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers GET of one path. */
export type WebPage = () => WebAnswer | Promise<WebAnswer>

export interface WebServerOptions {
  readonly network: Network
  readonly at: Endpoint
  readonly clock: Clock
  /** By path. */
  readonly pages: ReadonlyMap<string, WebPage>
  readonly limits?: Partial<WebLimits>
}

export interface WebLimits {
  /** The oldest connection that has asked nothing gives way to a new one, so that idle ones never shut out a health check. */
  readonly connectionsMax: number
  readonly headerBytesMax: number
  /** A whole request must come within this, counted from the connection or the last answer. */
  readonly requestTimeoutMs: number
}

const defaultLimits: WebLimits = { connectionsMax: 512, headerBytesMax: 8_192, requestTimeoutMs: 5_000 }

export interface WebServer {
  readonly at: Endpoint
  close(): Promise<void>
}

/** HTTP/1.1 over the network port. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { clock, pages } = options
  const limits = { ...defaultLimits, ...options.limits }
  const open = new Map<Connection, Cancel>()

  const expectRequest = (connection: Connection): void => {
    open.get(connection)?.()
    if (connection.destroyed) return
    open.set(
      connection,
      clock.after(limits.requestTimeoutMs, () => connection.destroy()),
    )
  }

  const server = createServer({ maxHeaderSize: limits.headerBytesMax }, (request, response) => {
    const connection = request.socket as unknown as Connection
    open.get(connection)?.()
    response.on('finish', () => expectRequest(connection))
    void respond(request, response, pages)
  })
  // Time is the clock's: `expectRequest` bounds both the silence between requests and a request that never ends.
  server.timeout = 0
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end(badRequest)
    else socket.destroy()
  })

  const listening = await options.network.listen(options.at, {}, connection => {
    if (open.size >= limits.connectionsMax) open.keys().next().value?.destroy()
    connection.on('error', () => undefined)
    connection.on('close', () => {
      open.get(connection)?.()
      open.delete(connection)
    })
    expectRequest(connection)
    server.emit('connection', connection)
  })
  return {
    at: listening.at,
    async close() {
      await listening.close()
      for (const connection of open.keys()) connection.destroy()
    },
  }
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  pages: WebServerOptions['pages'],
): Promise<void> {
  const { status, type, body, headers } = await answer(request, pages)
  // A body is of no interest; unread, it would hold the connection.
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  if (hasBody) response.shouldKeepAlive = false
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answer(request: IncomingMessage, pages: WebServerOptions['pages']): Promise<WebAnswer> {
  const page = pages.get(request.url?.split('?', 1)[0] ?? '')
  try {
    if (page === undefined) {
      throw new EverportError('not_found', 'no such path', { hint: `GET ${[...pages.keys()].join(', ')}` })
    }
    if (request.method === 'GET' || request.method === 'HEAD') return await page()
    const error = new EverportError('feature_not_supported', `only GET is answered, found ${request.method}`)
    return { ...json(405, renderForHttp(error).body), headers: { allow: 'GET, HEAD' } }
  } catch (error) {
    const { status, body } = renderForHttp(publicError(error))
    return json(status, body)
  }
}

export function json(status: number, value: object): WebAnswer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
}
