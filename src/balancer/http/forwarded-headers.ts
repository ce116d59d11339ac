import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { HttpListenerSnapshot } from '../selection/rules/http-snapshot.ts'
import type { RequestFacts } from '../selection/rules/request-facts.ts'

/** Of one connection only (RFC 9110 section 7.6.1), and HTTP/2's pseudo-headers. */
const ofOneHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** Headers without those of one hop, and without those that the Connection header names. */
export function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').toLowerCase().split(/[\s,]+/))
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) =>
        value !== undefined && !name.startsWith(':') && !ofOneHop.has(name) && !named.has(name),
    ),
  )
}

/** What a target is told of the client (ALB guide, "HTTP headers and Application Load Balancers"). */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  request: RequestFacts,
  clientPort: number | undefined,
  settings: HttpListenerSnapshot,
): OutgoingHttpHeaders {
  const sent = endToEnd(headers)
  if (settings.dropsInvalidHeaders)
    for (const name of Object.keys(sent)) if (!isValid(name)) delete sent[name]
  sent['host'] = request.host
  sent['x-forwarded-proto'] = request.protocol
  sent['x-forwarded-port'] = String(request.port)
  const before = headers['x-forwarded-for']
  const client = clientText(request.sourceAddress, settings.tellsClientPort ? clientPort : undefined)
  if (settings.forwardedFor === 'remove') delete sent['x-forwarded-for']
  else if (settings.forwardedFor === 'append')
    sent['x-forwarded-for'] = before === undefined ? client : `${String(before)}, ${client}`
  return sent
}

/** AWS: letters, digits and hyphens. */
function isValid(name: string): boolean {
  return /^[-A-Za-z0-9]+$/.test(name)
}

function clientText(address: string, port: number | undefined): string {
  if (port === undefined) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
