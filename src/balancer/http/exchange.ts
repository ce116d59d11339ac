import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { HttpListenerSnapshot } from '../selection/rules/http-snapshot.ts'
import type { RequestFacts } from '../selection/rules/request-facts.ts'
import { type CannedAnswer, failure } from './canned-answer.ts'

/** One request and its answer, by HTTP/1.1 or HTTP/2. */
export interface Exchange {
  readonly request: IncomingMessage | Http2ServerRequest
  readonly response: ServerResponse | Http2ServerResponse
  readonly facts: RequestFacts
  readonly clientPort: number | undefined
  readonly settings: HttpListenerSnapshot
}

/** Nothing when the client is gone. */
export function send(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  answer: CannedAnswer,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  // A body that nobody reads would hold the connection.
  const isUnread = !request.readableEnded && hasBody(request)
  if ((isUnread || answer.status === 400) && 'shouldKeepAlive' in response) response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  response.end(request.method === 'HEAD' ? '' : answer.body)
}

export function fail(exchange: Exchange, status: 400 | 500 | 502 | 503 | 504): void {
  send(exchange, failure(status))
}

export function hasBody({ headers, httpVersionMajor, method }: Exchange['request']): boolean {
  if (headers['content-length'] !== undefined) return headers['content-length'] !== '0'
  if (httpVersionMajor === 2) return method !== 'GET' && method !== 'HEAD'
  return headers['transfer-encoding'] !== undefined
}

/** Undefined when it is no request that rules could look at: no host, or a target that is no path. */
export function factsOf(
  request: IncomingMessage | Http2ServerRequest,
  protocol: 'http' | 'https',
  port: number,
): RequestFacts | undefined {
  const { method = '', url = '', headers } = request
  const authority = headers[':authority']
  const host = headers.host ?? (typeof authority === 'string' ? authority : undefined)
  // RFC 9112 section 3.2.2: an absolute target overrules the Host header.
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)$/i.exec(url)
  const target = absolute === null ? url : absolute[2] || '/'
  const name = absolute?.[1] ?? host
  if (name === undefined || !(target.startsWith('/') || (target === '*' && method === 'OPTIONS')))
    return undefined
  const at = target.indexOf('?')
  return {
    protocol,
    port,
    method,
    host: name,
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? '' : target.slice(at + 1),
    headers,
    sourceAddress: request.socket?.remoteAddress ?? '',
  }
}
