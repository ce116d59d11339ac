import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream'
import { ConnectError } from '../../base/network.ts'
import type { TargetGroupSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import { chooseTarget } from './choose-target.ts'
import { type Exchange, fail, hasBody } from './exchange.ts'
import { endToEnd } from './forwarded-headers.ts'
import type { HttpContext } from './http-context.ts'
import { requestTarget } from './request-target.ts'
import { cookieLine, cookieNames, cookieToken, cookieValue, setsCookie } from './sticky-cookies.ts'

/** Whom a request goes to, and what the client is told so that it comes back there. */
export interface Destination {
  readonly group: TargetGroupSnapshot
  /** Set-Cookie lines of the rule. */
  readonly cookies: readonly string[]
}

/** An attempt as it can end. */
type Attempt =
  | { readonly ended: 'answered'; readonly answer: IncomingMessage; readonly upstream: ClientRequest }
  /** Nothing of the request was used up: another target may take it. */
  | { readonly ended: 'untouched' }
  | { readonly ended: 'broken' }
  | { readonly ended: 'timeout' }

/**
 * Sends a request to a target and its answer to the client, streaming both ways with backpressure. A target that cannot be connected to is
 * replaced by another before the client notices; so is a kept connection that the target had just closed, when nothing of the request's body is gone. A
 * request whose body began to flow is never sent twice.
 */
export async function forwardRequest(
  context: HttpContext,
  exchange: Exchange,
  destination: Destination,
): Promise<void> {
  const { group } = destination
  const token = stickyToken(exchange, group)
  const tried: TargetSnapshot[] = []
  while (tried.length < context.limits.attemptsMax && !exchange.response.destroyed) {
    const routes = context.routes()
    if (routes === undefined) break
    const target = chooseTarget(routes, group, { token, tried }, context.counts, context.random)
    if (target === undefined) break
    const counters = context.counters.target(target.key)
    context.counts.begin(target.key)
    counters.active++
    const over = (): void => {
      context.counts.end(target.key)
      counters.active--
    }
    const attempt = await attemptAt(context, exchange, group, target)
    if (attempt.ended === 'answered') {
      counters.opened++
      if (routes.isFailOpen(target.key)) counters.failOpen++
      relayAnswer(exchange, destination, target, attempt, over)
      return
    }
    over()
    if (attempt.ended === 'timeout') return fail(exchange, 504)
    if (attempt.ended === 'broken') return fail(exchange, 502)
    tried.push(target)
  }
  fail(exchange, tried.length === 0 ? 503 : 502)
}

function attemptAt(
  context: HttpContext,
  exchange: Exchange,
  group: TargetGroupSnapshot,
  target: TargetSnapshot,
): Promise<Attempt> {
  const { request, settings } = exchange
  const counters = context.counters.target(target.key)
  return new Promise(resolve => {
    const upstream = requestTarget(context, exchange, { group, target }, headers =>
      withFraming(exchange, headers),
    )
    const idle = idleGuard(context, settings.idleTimeoutMs, () => {
      resolve({ ended: 'timeout' })
      upstream.destroy()
    })
    let bodyBegan = false
    upstream.once('socket', () => {
      if (!hasBody(request)) upstream.end()
      else {
        // Not before: a body that flows is used up, and no other target could take the request.
        bodyBegan = true
        request.on('data', (data: Buffer) => {
          idle.heard()
          counters.bytesFromClients += data.length
        })
        pipeline(request, upstream, () => undefined)
      }
    })
    upstream.once('response', answer => {
      idle.cancel()
      resolve({ ended: 'answered', answer, upstream })
    })
    upstream.on('error', error => {
      idle.cancel()
      if (error instanceof ConnectError) {
        counters.connectFailures++
        const { reason } = error
        if (reason === 'refused' || reason === 'reset' || reason === 'timeout')
          context.events.connectFailed(target.key, reason)
        resolve({ ended: 'untouched' })
      } else resolve({ ended: upstream.reusedSocket && !bodyBegan ? 'untouched' : 'broken' })
    })
    exchange.response.once('close', () => {
      idle.cancel()
      if (!exchange.response.writableFinished) upstream.destroy()
    })
  })
}

/** Without a body there is no length; of an unknown length it is chunked. */
function withFraming({ request }: Exchange, headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  if (hasBody(request) && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked'
  return headers
}

interface IdleGuard {
  heard(): void
  cancel(): void
}

/** Calls when nothing was heard for so long; the answer's own silence is bounded when it is relayed. */
function idleGuard({ clock }: HttpContext, timeoutMs: number, idle: () => void): IdleGuard {
  let stop = clock.after(timeoutMs, idle)
  let isOver = false
  return {
    heard() {
      stop()
      if (!isOver) stop = clock.after(timeoutMs, idle)
    },
    cancel() {
      isOver = true
      stop()
    },
  }
}

function relayAnswer(
  exchange: Exchange,
  { group, cookies }: Destination,
  target: TargetSnapshot,
  { answer, upstream }: Extract<Attempt, { ended: 'answered' }>,
  over: () => void,
): void {
  const { response, settings } = exchange
  const headers = endToEnd(answer.headers)
  const sticky = stickyCookie(group, target, answer.headers['set-cookie'])
  const lines = [
    ...(answer.headers['set-cookie'] ?? []),
    ...cookies,
    ...(sticky === undefined ? [] : [sticky]),
  ]
  if (lines.length > 0) headers['set-cookie'] = lines
  if (response.destroyed) {
    upstream.destroy()
    over()
    return
  }
  upstream.setTimeout(settings.idleTimeoutMs, () => upstream.destroy())
  response.writeHead(answer.statusCode ?? 502, headers)
  pipeline(answer, response as NodeJS.WritableStream, error => {
    over()
    // Half an answer must not look like a whole one.
    if (error) response.destroy()
  })
}

function stickyToken({ request }: Exchange, { http }: TargetGroupSnapshot): string | undefined {
  if (http?.stickiness === undefined) return undefined
  const { by, cookieName } = http.stickiness
  const header = request.headers.cookie
  if (by === 'lb') return cookieValue(header, cookieNames.target)
  return cookieValue(header, cookieName) === undefined
    ? undefined
    : cookieValue(header, cookieNames.application)
}

/** Renewed with every answer (AWS); an application's only with the application's own. */
function stickyCookie(
  { http }: TargetGroupSnapshot,
  target: TargetSnapshot,
  setCookie: readonly string[] | undefined,
): string | undefined {
  if (http?.stickiness === undefined) return undefined
  const { by, cookieName, forSeconds } = http.stickiness
  if (by === 'lb') return cookieLine(cookieNames.target, cookieToken(target.key), forSeconds)
  if (!setsCookie(setCookie, cookieName)) return undefined
  return cookieLine(cookieNames.application, cookieToken(target.key), forSeconds)
}
