import { hostName } from './condition.ts'
import type { HttpAction } from './http-rule.ts'
import type { RequestFacts } from './request-facts.ts'

type Redirect = Extract<HttpAction, { type: 'redirect' }>

/** The Location of a redirect: `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` are the request's own (ALB guide, "Redirect actions"). */
export function redirectLocation(redirect: Redirect, request: RequestFacts): string {
  const own: Readonly<Record<string, string>> = {
    protocol: request.protocol,
    host: hostName(request.host),
    port: String(request.port),
    path: request.path.replace(/^\//, ''),
    query: request.query,
  }
  const filled = (text: string): string =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => own[name] ?? '')
  const protocol = filled(redirect.protocol).toLowerCase()
  const query = filled(redirect.query)
  return `${protocol}://${filled(redirect.host)}:${filled(redirect.port)}${filled(redirect.path)}${query === '' ? '' : `?${query}`}`
}
