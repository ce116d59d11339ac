import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import fc from 'fast-check'
import { condition } from './condition.ts'
import { type HttpAction, httpRules, ruleFor } from './http-rule.ts'
import { redirectLocation } from './redirect-location.ts'
import type { RequestFacts } from './request-facts.ts'
import { fitsWildcard } from './wildcard.ts'

const request: RequestFacts = {
  protocol: 'http',
  port: 80,
  method: 'GET',
  host: 'Shop.Example.com:8080',
  path: '/img/Cat.png',
  query: 'Size=Large&plain',
  headers: { 'user-agent': 'Mozilla/5.0 Chrome', 'x-list': ['a', 'b'] },
  sourceAddress: '10.1.2.3',
}

test('wildcards, as a slow definition has them', () => {
  const slow = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === ''
    const rest = pattern.slice(1)
    if (pattern.startsWith('*')) return slow(rest, text) || (text !== '' && slow(pattern, text.slice(1)))
    return text !== '' && (pattern.startsWith('?') || pattern[0] === text[0]) && slow(rest, text.slice(1))
  }
  const letters = (signs: string[]): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...signs), { maxLength: 8 }).map(list => list.join(''))
  fc.assert(
    fc.property(letters(['a', 'b', '*', '?']), letters(['a', 'b']), (pattern, text) => {
      assert.equal(fitsWildcard(pattern, text), slow(pattern, text))
    }),
    { numRuns: 2_000 },
  )
  assert.equal(fitsWildcard(`${'*a'.repeat(64)}b`, 'a'.repeat(10_000)), false)
})

test('each field is compared as the table says', () => {
  const fits: [RuleCondition, boolean][] = [
    [{ Field: 'host-header', Values: ['*.example.COM'] }, true],
    [{ Field: 'host-header', HostHeaderConfig: { Values: ['example.com'] } }, false],
    [{ Field: 'path-pattern', Values: ['/img/*'] }, true],
    [{ Field: 'path-pattern', Values: ['/IMG/*', '/img/cat.png'] }, false],
    [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/img/???.png'] } }, true],
    [
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'User-Agent', Values: ['*chrome*'] } },
      true,
    ],
    [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-List', Values: ['B'] } }, true],
    [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-None', Values: ['*'] } }, false],
    [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST', 'GET'] } }, true],
    [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['get'] } }, false],
    [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'size', Value: 'l*' }] } }, true],
    [{ Field: 'query-string', QueryStringConfig: { Values: [{ Value: 'large' }] } }, true],
    [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'colour', Value: '*' }] } }, false],
    [{ Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24', '10.0.0.0/8'] } }, true],
    [{ Field: 'source-ip', SourceIpConfig: { Values: ['::/0'] } }, false],
    [{ Field: 'the-moon', Values: ['*'] }, false],
  ]
  for (const [document, expected] of fits)
    assert.equal(condition(document)(request), expected, JSON.stringify(document))
})

const forwardTo = (name: string): Action[] => [{ Type: 'forward', TargetGroupArn: name }]

test('the rule of the lowest number that fits whole is taken, and the default when none does', () => {
  const rules = httpRules(
    [
      { priority: 'default', conditions: [], actions: forwardTo('default') },
      {
        priority: '20',
        conditions: [{ Field: 'path-pattern', Values: ['/img/*'] }],
        actions: forwardTo('images'),
      },
      {
        priority: '3',
        conditions: [
          { Field: 'path-pattern', Values: ['/img/*'] },
          { Field: 'http-request-method', Values: ['POST'] },
        ],
        actions: forwardTo('uploads'),
      },
    ],
    arn => arn,
  )
  const groupFor = (facts: Partial<RequestFacts>): string | undefined => {
    const action = ruleFor(rules, { ...request, ...facts })?.action
    return action?.type === 'forward' ? action.forward[0]?.targetGroup : undefined
  }
  assert.equal(groupFor({}), 'images')
  assert.equal(groupFor({ method: 'POST' }), 'uploads')
  assert.equal(groupFor({ path: '/' }), 'default')
})

test('what this balancer does not know is refused, not passed by', () => {
  const [rule] = httpRules(
    [{ priority: '1', conditions: [], actions: [{ Type: 'authenticate-oidc' }, ...forwardTo('x')] }],
    arn => arn,
  )
  assert.deepEqual(rule?.action, { type: 'refused', why: 'no action of type authenticate-oidc' })
})

test('redirects', () => {
  const location = (config: Action['RedirectConfig']): string => {
    const [rule] = httpRules(
      [{ priority: '1', conditions: [], actions: [{ Type: 'redirect', RedirectConfig: config }] }],
      arn => arn,
    )
    return redirectLocation(rule?.action as Extract<HttpAction, { type: 'redirect' }>, request)
  }
  const status = { StatusCode: 'HTTP_301' } as const
  assert.equal(
    location({ ...status, Protocol: 'HTTPS', Port: '443' }),
    'https://Shop.Example.com:443/img/Cat.png?Size=Large&plain',
  )
  assert.equal(
    location({ ...status, Host: 'www.#{host}', Path: '/new/#{path}', Query: '' }),
    'http://www.Shop.Example.com:80/new/img/Cat.png',
  )
})
