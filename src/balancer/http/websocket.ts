import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { ruleFor } from '../selection/rules/http-rule.ts'
import { destinationOf } from './answer-request.ts'
import { failure } from './canned-answer.ts'
import { chooseTarget } from './choose-target.ts'
import type { Exchange } from './exchange.ts'
import type { HttpContext } from './http-context.ts'
import { requestTarget } from './request-target.ts'

/** A request to speak another protocol (RFC 9110 section 7.8), WebSocket above all: after the target's 101 both sides' bytes go as they are. */
export function relayUpgrade(
  context: HttpContext,
  exchange: Pick<Exchange, 'facts' | 'clientPort' | 'settings'> & { readonly request: IncomingMessage },
  client: Duplex,
  head: Buffer,
): void {
  const { request, facts, settings } = exchange
  const action = ruleFor(settings.rules, facts)?.action
  const routes = context.routes()
  const destination =
    action?.type === 'forward' ? destinationOf(context, exchange as unknown as Exchange, action) : undefined
  const target =
    routes === undefined || destination === undefined
      ? undefined
      : chooseTarget(
          routes,
          destination.group,
          { token: undefined, tried: [] },
          context.counts,
          context.random,
        )
  if (destination === undefined || target === undefined) return refuse(client, 503)
  const place = { group: destination.group, target }
  const upstream = requestTarget(context, exchange, place, headers => ({
    ...headers,
    connection: 'upgrade',
    upgrade: request.headers.upgrade,
  }))
  const counters = context.counters.target(target.key)
  const cancel = context.clock.after(settings.idleTimeoutMs, () => {
    refuse(client, 504)
    upstream.destroy()
  })
  upstream.on('upgrade', (answer, socket, first) => {
    cancel()
    counters.opened++
    counters.active++
    client.write(headText(answer))
    if (first.length > 0) client.write(first)
    if (head.length > 0) socket.write(head)
    let open = 2
    const over = (): void => {
      if (--open === 0) counters.active--
    }
    pipeline(client, socket, over)
    pipeline(socket, client, over)
  })
  upstream.on('response', answer => {
    cancel()
    // The answer has been taken out of its chunks: the end of the connection is its end.
    client.write(headText(answer, ofFraming, 'connection: close'))
    pipeline(answer, client, () => undefined)
  })
  upstream.on('error', () => {
    cancel()
    refuse(client, 502)
  })
  client.on('error', () => upstream.destroy())
  client.on('close', () => {
    cancel()
    upstream.destroy()
  })
  upstream.end()
}

const ofFraming: ReadonlySet<string> = new Set(['connection', 'transfer-encoding', 'keep-alive'])

function headText(
  { statusCode = 502, statusMessage, rawHeaders }: IncomingMessage,
  without: ReadonlySet<string> = new Set(),
  ...also: readonly string[]
): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage ?? STATUS_CODES[statusCode] ?? ''}`, ...also]
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (!without.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1]}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

function refuse(client: Duplex, status: 502 | 503 | 504): void {
  if (!client.writable) return
  const { headers, body } = failure(status)
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  client.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
