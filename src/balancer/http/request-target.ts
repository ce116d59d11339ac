import { type ClientRequest, type OutgoingHttpHeaders, request as sendRequest } from 'node:http'
import type { TargetGroupSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { Exchange } from './exchange.ts'
import { forwardedHeaders } from './forwarded-headers.ts'
import type { HttpContext } from './http-context.ts'

/** A client's request, asked of a target in the protocol of its group; its body is still to come. `also`: what its headers become for this hop. */
export function requestTarget(
  { agents }: HttpContext,
  exchange: Omit<Exchange, 'response'>,
  { group, target }: { readonly group: TargetGroupSnapshot; readonly target: TargetSnapshot },
  also: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders,
): ClientRequest {
  const { request, facts, settings, clientPort } = exchange
  const isSecure = group.protocol === 'HTTPS'
  return sendRequest({
    agent: agents.agentFor(target, isSecure),
    protocol: isSecure ? 'https:' : 'http:',
    host: target.address,
    port: target.port,
    method: facts.method,
    path: facts.query === '' ? facts.path : `${facts.path}?${facts.query}`,
    headers: also(forwardedHeaders(request.headers, facts, clientPort, settings)),
    setHost: false,
  })
}
