import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { EverportError, publicError, renderForHttp } from '../base/errors.ts'
import type { Connection, Endpoint, Network } from '../base/network.ts'

export interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What a path shows; undefined when there is no such path. */
export type PageOf = (path: string) => Page | Promise<Page> | undefined

export interface Pages {
  readonly at: Endpoint
  close(): Promise<void>
}

const connectionsMax = 100
const idleTimeoutMs = 5_000
const headerBytesMax = 8_192

/** Answers a request that asks for no page; false when it is none of its own. */
export type AnswerOther = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * A few read-only pages over HTTP, for operators and what watches for them. `paths` tells whoever asks for another what there is; `other` is
 * asked first.
 */
export async function servePages(
  network: Network,
  at: Endpoint,
  paths: string,
  pageOf: PageOf,
  other: AnswerOther = () => false,
): Promise<Pages> {
  const server = createServer(
    { keepAliveTimeout: idleTimeoutMs, maxHeaderSize: headerBytesMax },
    (request, response) => {
      if (!other(request, response)) void respond(request, response, paths, pageOf)
    },
  )
  // The server does not listen itself, so its own watch over slow requests never starts; the silence of a connection is what ends it.
  server.timeout = idleTimeoutMs
  const open = new Set<Connection>()
  const listening = await network.listen(at, {}, connection => {
    if (open.size >= connectionsMax) {
      connection.destroy()
      return
    }
    open.add(connection)
    connection.on('close', () => open.delete(connection))
    connection.on('error', () => undefined)
    server.emit('connection', connection)
  })
  return {
    at: listening.at,
    async close() {
      await listening.close()
      for (const connection of open) connection.destroy()
    },
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  paths: string,
  pageOf: PageOf,
): Promise<void> {
  const { status, type, body } = await answer(request, paths, pageOf).catch(problem)
  request.resume()
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answer(request: IncomingMessage, paths: string, pageOf: PageOf): Promise<Page> {
  const path = request.url?.split('?', 1)[0] ?? ''
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new EverportError('feature_not_supported', `only GET is answered, found ${request.method}`)
  const page = await pageOf(path)
  if (page === undefined) throw new EverportError('not_found', 'no such path', { hint: `GET ${paths}` })
  return page
}

function problem(error: unknown): Page {
  const { status, body } = renderForHttp(publicError(error))
  return jsonPage(status, body)
}

export function jsonPage(status: number, value: object): Page {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
}
