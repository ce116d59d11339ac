import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { healthCheckTags as tags } from '../../resources/health-checks.ts'
import { healthCheckDocument } from '../../testing/health-check-documents.ts'
import { checkSettings } from './check-settings.ts'

type Config = HealthCheckConfig & { readonly Type: HealthCheckType }

function endpoint(config: Config, more: Record<string, string> = {}) {
  const settings = checkSettings(healthCheckDocument('x', config, more))
  assert.equal(settings.kind, 'endpoint')
  return settings
}

test('AWS defaults: every 30 s, 3 results both ways, 18 %, 10 s for TCP', () => {
  const check = endpoint({ Type: 'TCP', IPAddress: '127.0.1.1', Port: 9999 })
  assert.equal(check.intervalMs, 30_000)
  assert.deepEqual(check.thresholds, { healthyThreshold: 3, unhealthyThreshold: 3, passive: false })
  assert.equal(check.quorumPercent, 18)
  assert.deepEqual(check.probe, {
    to: { address: '127.0.1.1', port: 9999 },
    timeoutMs: 10_000,
    protocol: 'tcp',
  })
})

test('tags refine: interval, timeout, thresholds each way, quorum, immediate re-probe', () => {
  const check = endpoint(
    { Type: 'TCP', IPAddress: '127.0.1.1', Port: 9999, RequestInterval: 10, FailureThreshold: 5 },
    {
      [tags.intervalMilliseconds]: '100',
      [tags.timeoutMilliseconds]: '200',
      [tags.riseThreshold]: '2',
      [tags.fallThreshold]: '1',
      [tags.quorumPercent]: '50',
      [tags.immediateReprobe]: 'true',
    },
  )
  assert.equal(check.intervalMs, 100)
  assert.equal(check.probe.timeoutMs, 200)
  assert.deepEqual(check.thresholds, { healthyThreshold: 2, unhealthyThreshold: 1, passive: false })
  assert.equal(check.quorumPercent, 50)
  assert.equal(check.immediateReprobe, true)
})

const hosts: [config: Partial<Config> & { Type: HealthCheckType }, host: string, port: number][] = [
  [{ Type: 'HTTP', IPAddress: '192.0.2.1', FullyQualifiedDomainName: 'a.example' }, 'a.example', 80],
  [{ Type: 'HTTPS', IPAddress: '192.0.2.1', FullyQualifiedDomainName: 'a.example' }, 'a.example', 443],
  [
    { Type: 'HTTP', IPAddress: '192.0.2.1', FullyQualifiedDomainName: 'a.example', Port: 443 },
    'a.example:443',
    443,
  ],
  [
    { Type: 'HTTPS_STR_MATCH', IPAddress: '192.0.2.1', FullyQualifiedDomainName: 'a.example', Port: 80 },
    'a.example:80',
    80,
  ],
  [{ Type: 'HTTP_STR_MATCH', FullyQualifiedDomainName: 'a.example', Port: 80 }, 'a.example', 80],
  [{ Type: 'HTTP', IPAddress: '192.0.2.1' }, '192.0.2.1', 80],
  [{ Type: 'HTTP', IPAddress: '192.0.2.1', Port: 9090 }, '192.0.2.1:9090', 9090],
  [{ Type: 'HTTPS', IPAddress: '2001:db8::1', Port: 9443 }, '[2001:db8::1]:9443', 9443],
]
for (const [config, host, port] of hosts) {
  test(`${config.Type} ${config.IPAddress ?? ''} ${config.FullyQualifiedDomainName ?? ''} ${config.Port ?? ''}: Host ${host}`, () => {
    const { probe } = endpoint(config)
    assert.equal(probe.protocol === 'http' && probe.host, host)
    assert.equal(probe.to.port, port)
    assert.equal(probe.hostName, config.IPAddress === undefined ? config.FullyQualifiedDomainName : undefined)
  })
}

test('4 s to connect, 2 s to answer, 2 s for the body; 2xx and 3xx; the whole head', () => {
  const { probe } = endpoint({
    Type: 'HTTP_STR_MATCH',
    IPAddress: '192.0.2.1',
    SearchString: 'OK',
    ResourcePath: 'ready?x=1',
  })
  assert.deepEqual(probe, {
    to: { address: '192.0.2.1', port: 80 },
    timeoutMs: 8_000,
    phases: { connectMs: 4_000, answerMs: 2_000, bodyMs: 2_000 },
    protocol: 'http',
    host: '192.0.2.1',
    path: '/ready?x=1',
    matcher: [[200, 399]],
    wholeHead: true,
    search: 'OK',
  })
})

test('server name indication: by default, not when switched off, never without a name', () => {
  const tlsOf = (config: Partial<Config>) => {
    const { probe } = endpoint({ Type: 'HTTPS', IPAddress: '192.0.2.1', ...config })
    return probe.protocol === 'http' ? probe.tls : undefined
  }
  const FullyQualifiedDomainName = 'a.example'
  assert.deepEqual(tlsOf({ FullyQualifiedDomainName }), { serverName: 'a.example' })
  assert.deepEqual(tlsOf({ FullyQualifiedDomainName, EnableSNI: true }), { serverName: 'a.example' })
  assert.deepEqual(tlsOf({ FullyQualifiedDomainName, EnableSNI: false }), {})
  assert.deepEqual(tlsOf({}), {})
  assert.equal(tlsOf({ Type: 'HTTP', FullyQualifiedDomainName }), undefined)
})

test('nothing in a path or a name can end the request line or add a header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (path, name) => {
      const { probe } = endpoint({ Type: 'HTTP', FullyQualifiedDomainName: `a${name}`, ResourcePath: path })
      assert.ok(probe.protocol === 'http')
      assert.match(probe.path, /^\/[!-~]*$/)
      assert.match(probe.host, /^[!-~]+$/)
    }),
  )
})

test('an SQL probe takes everything from the tags', () => {
  const { probe } = endpoint(
    { Type: 'TCP', IPAddress: '127.0.1.1', Port: 9996 },
    {
      [tags.probe]: 'sql',
      [tags.sqlUser]: 'checker',
      [tags.sqlPasswordFile]: '/etc/p',
      [tags.sqlExpect]: 'f',
    },
  )
  assert.deepEqual(probe, {
    to: { address: '127.0.1.1', port: 9996 },
    timeoutMs: 6_000,
    protocol: 'sql',
    user: 'checker',
    passwordFile: '/etc/p',
    database: 'checker',
    query: 'select 1',
    expect: 'f',
  })
})

test('the fingerprint tells what is asked apart, and nothing else', () => {
  const base: Config = { Type: 'TCP', IPAddress: '127.0.1.1', Port: 9999 }
  const print = (config: Config, more = {}) => endpoint(config, more).fingerprint
  assert.equal(print(base), print({ ...base, Inverted: true, Regions: ['us-east-1'] }))
  assert.equal(print(base), print(base, { owner: 'me' }))
  assert.notEqual(print(base), print({ ...base, Port: 9998 }))
  assert.notEqual(print(base), print({ ...base, FailureThreshold: 2 }))
})

test('total: whatever a document holds, there are settings within the ranges', () => {
  const number = fc.option(fc.oneof(fc.integer(), fc.double()), { nil: undefined })
  const text = fc.string()
  const record = fc.record({
    Port: number,
    RequestInterval: number,
    FailureThreshold: number,
    HealthThreshold: number,
  })
  fc.assert(
    fc.property(record, fc.dictionary(fc.constantFrom(...Object.values(tags)), text), (config, more) => {
      const check = endpoint({ Type: 'HTTP', ...config }, more)
      assert.ok(check.intervalMs >= 100 && check.intervalMs <= 300_000)
      for (const value of [check.thresholds.healthyThreshold, check.thresholds.unhealthyThreshold])
        assert.ok(value >= 1 && value <= 10)
      assert.ok(check.probe.to.port >= 1 && check.probe.to.port <= 65_535)
    }),
  )
})
