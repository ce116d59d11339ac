import { below } from '../../base/random.ts'
import type { Routing } from '../selection/routing.ts'
import { type HttpAction, ruleFor } from '../selection/rules/http-rule.ts'
import { redirectLocation } from '../selection/rules/redirect-location.ts'
import { answer } from './canned-answer.ts'
import { type Exchange, fail, send } from './exchange.ts'
import { type Destination, forwardRequest } from './forward-request.ts'
import type { HttpContext } from './http-context.ts'
import { cookieLine, cookieNames, cookieToken, cookieValue } from './sticky-cookies.ts'

/** Finds the rule of a request and does what it says. */
export async function answerRequest(context: HttpContext, exchange: Exchange): Promise<void> {
  const action = ruleFor(exchange.settings.rules, exchange.facts)?.action
  switch (action?.type) {
    case 'forward': {
      const destination = destinationOf(context, exchange, action)
      if (destination === undefined) fail(exchange, 503)
      else await forwardRequest(context, exchange, destination)
      return
    }
    case 'redirect':
      send(exchange, {
        status: action.status,
        headers: { location: redirectLocation(action, exchange.facts), 'content-length': 0 },
        body: '',
      })
      return
    case 'fixed-response':
      send(exchange, answer(action.status, action.contentType, action.body))
      return
    default:
      context.log.warn('request refused', { port: exchange.facts.port, reason: action?.why ?? 'no rule' })
      fail(exchange, 500)
  }
}

/** The group of a request: the one that its cookie names while the rule has it, else by lot in proportion to the weights. */
export function destinationOf(
  { random, routes }: HttpContext,
  { request }: Exchange,
  { forward, stickyForSeconds }: Extract<HttpAction, { type: 'forward' }>,
): Destination | undefined {
  const token =
    stickyForSeconds === undefined ? undefined : cookieValue(request.headers.cookie, cookieNames.group)
  const kept = forward.find(({ targetGroup }) => token !== undefined && cookieToken(targetGroup) === token)
  const name = kept?.targetGroup ?? byWeight(forward, random)
  const group = name === undefined ? undefined : groupNamed(routes(), name)
  if (group === undefined) return undefined
  const cookies =
    stickyForSeconds === undefined
      ? []
      : [cookieLine(cookieNames.group, cookieToken(group.name), stickyForSeconds)]
  return { group, cookies }
}

function groupNamed(routes: Routing | undefined, name: string) {
  return routes?.snapshot.targetGroups.find(group => group.name === name)
}

function byWeight(
  forward: readonly { readonly targetGroup: string; readonly weight: number }[],
  random: HttpContext['random'],
): string | undefined {
  const total = forward.reduce((sum, { weight }) => sum + weight, 0)
  let point = below(random, total)
  for (const { targetGroup, weight } of forward) {
    if (point < weight) return targetGroup
    point -= weight
  }
  return undefined
}
