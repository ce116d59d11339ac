import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { sourceFilter } from '../source-rules.ts'
import type { RequestFacts } from './request-facts.ts'
import { fitsWildcard } from './wildcard.ts'

/** Whether a request meets one condition of a rule. */
export type Condition = (request: RequestFacts) => boolean

/**
 * | field               | compared with                     | case    | wildcards |
 * |---------------------|-----------------------------------|---------|-----------|
 * | host-header         | the host without its port         | ignored | yes       |
 * | path-pattern        | the path                          | counts  | yes       |
 * | http-header         | each value of the header          | ignored | yes       |
 * | http-request-method | the method                        | counts  | no        |
 * | query-string        | each key and value, or each value | ignored | yes       |
 * | source-ip           | the client's address              |         | CIDR      |
 *
 * One of the values is enough (ALB guide, "Rule conditions"). A condition that is none of these is never met: what it should keep out stays out.
 */
export function condition(document: RuleCondition): Condition {
  const values = document.Values ?? []
  switch (document.Field) {
    case 'host-header':
      return onePattern(
        document.HostHeaderConfig?.Values ?? values,
        request => [hostName(request.host)],
        true,
      )
    case 'path-pattern':
      return onePattern(document.PathPatternConfig?.Values ?? values, request => [request.path], false)
    case 'http-header': {
      const name = document.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? ''
      return onePattern(document.HttpHeaderConfig?.Values ?? [], ({ headers }) => listOf(headers[name]), true)
    }
    case 'http-request-method': {
      const methods = new Set(document.HttpRequestMethodConfig?.Values ?? values)
      return ({ method }) => methods.has(method)
    }
    case 'query-string':
      return queryCondition(document.QueryStringConfig?.Values ?? [])
    case 'source-ip': {
      const isInside = sourceFilter(document.SourceIpConfig?.Values ?? values)
      return ({ sourceAddress }) => isInside(sourceAddress)
    }
    default:
      return () => false
  }
}

function onePattern(
  patterns: readonly string[],
  texts: (request: RequestFacts) => readonly string[],
  ignoresCase: boolean,
): Condition {
  const folded = ignoresCase ? patterns.map(pattern => pattern.toLowerCase()) : patterns
  return request =>
    texts(request).some(text => {
      const compared = ignoresCase ? text.toLowerCase() : text
      return folded.some(pattern => fitsWildcard(pattern, compared))
    })
}

/** Keys and values are compared as they are sent, without decoding. */
function queryCondition(
  wanted: readonly { Key?: string | undefined; Value?: string | undefined }[],
): Condition {
  const pairs = wanted.map(({ Key, Value = '' }) => ({ key: Key?.toLowerCase(), value: Value.toLowerCase() }))
  return ({ query }) =>
    query !== '' &&
    query
      .toLowerCase()
      .split('&')
      .some(part => {
        const at = part.indexOf('=')
        const key = at < 0 ? part : part.slice(0, at)
        const value = at < 0 ? '' : part.slice(at + 1)
        return pairs.some(
          pair => (pair.key === undefined || fitsWildcard(pair.key, key)) && fitsWildcard(pair.value, value),
        )
      })
}

/** `[::1]:80` and `a.test:80` without the port. */
export function hostName(host: string): string {
  return host.startsWith('[') ? host.replace(/\]:\d+$/, ']') : host.replace(/:\d*$/, '')
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
