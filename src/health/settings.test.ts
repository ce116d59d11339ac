import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TargetGroupDocument } from '../resources/load-balancing.ts'
import { healthSettings } from './settings.ts'

function group(
  fields: Partial<TargetGroupDocument['TargetGroup']>,
  attributes: Record<string, string> = {},
): TargetGroupDocument {
  return {
    TargetGroup: {
      TargetGroupArn: 'arn:tg',
      TargetGroupName: 'tg',
      Protocol: 'TCP',
      Port: 9996,
      LoadBalancerArns: [],
      HealthCheckProtocol: 'TCP',
      ...fields,
    },
    Attributes: attributes,
  }
}

test("defaults are AWS's of a network load balancer", () => {
  assert.deepEqual(healthSettings(group({})), {
    protocol: 'TCP',
    port: 'traffic-port',
    path: '/',
    matcher: [[200, 399]],
    intervalMs: 30_000,
    timeoutMs: 10_000,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    immediateReprobe: false,
    passive: false,
  })
  assert.equal(healthSettings(group({ HealthCheckProtocol: 'HTTP' })).timeoutMs, 6_000)
})

test('a SQL probe refines a TCP check, and no other', () => {
  const attributes = {
    'everport.health_check.probe': 'sql',
    'everport.health_check.sql.user': 'checker',
    'everport.health_check.sql.password_file': '/etc/checker',
  }
  const asked = { user: 'checker', passwordFile: '/etc/checker', database: 'checker', query: 'select 1' }
  assert.deepEqual(healthSettings(group({}, attributes)).sql, asked)
  const more = {
    'everport.health_check.sql.database': 'demo',
    'everport.health_check.sql.query': 'select pg_is_in_recovery()',
    'everport.health_check.sql.expect': 'f',
  }
  assert.deepEqual(healthSettings(group({}, { ...attributes, ...more })).sql, {
    ...asked,
    database: 'demo',
    query: 'select pg_is_in_recovery()',
    expect: 'f',
  })
  const cleared = { ...attributes, 'everport.health_check.sql.password_file': '' }
  assert.deepEqual(healthSettings(group({}, cleared)).sql, {
    user: 'checker',
    database: 'checker',
    query: 'select 1',
  })
  assert.equal(healthSettings(group({ HealthCheckProtocol: 'HTTP' }, attributes)).sql, undefined)
  assert.equal(
    healthSettings(group({}, { ...attributes, 'everport.health_check.probe': 'connect' })).sql,
    undefined,
  )
})

test('fields set are taken, and our attributes are finer than they', () => {
  const settings = healthSettings(
    group(
      {
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: '9090',
        HealthCheckPath: '/health/ready',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 3,
        HealthyThresholdCount: 3,
        UnhealthyThresholdCount: 4,
        Matcher: { HttpCode: '200' },
      },
      {
        'everport.health_check.interval_milliseconds': '250',
        'everport.health_check.timeout_milliseconds': '500',
        'everport.health_check.immediate_reprobe.enabled': 'true',
        'everport.health_check.passive.enabled': 'true',
      },
    ),
  )
  assert.deepEqual(settings, {
    protocol: 'HTTP',
    port: 9090,
    path: '/health/ready',
    matcher: [[200, 200]],
    intervalMs: 250,
    timeoutMs: 500,
    healthyThreshold: 3,
    unhealthyThreshold: 4,
    immediateReprobe: true,
    passive: true,
  })
})

test('a document with nonsense still gives settings within range', () => {
  const settings = healthSettings(
    group(
      {
        HealthCheckPort: '70000',
        HealthCheckIntervalSeconds: 1,
        HealthCheckTimeoutSeconds: 9_999,
        HealthyThresholdCount: 0,
        UnhealthyThresholdCount: Number.NaN,
        Matcher: { HttpCode: 'ok' },
      },
      { 'everport.health_check.interval_milliseconds': 'soon' },
    ),
  )
  assert.equal(settings.port, 'traffic-port')
  assert.equal(settings.intervalMs, 5_000)
  assert.equal(settings.timeoutMs, 120_000)
  assert.equal(settings.healthyThreshold, 2)
  assert.equal(settings.unhealthyThreshold, 2)
  assert.deepEqual(settings.matcher, [[200, 399]])
  const tooFast = healthSettings(group({}, { 'everport.health_check.interval_milliseconds': '1' }))
  assert.equal(tooFast.intervalMs, 100)
})
