import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import { healthCheckTags as tags } from '../../resources/health-checks.ts'
import { isCheckableAddress } from './checkable-address.ts'
import { healthCheckChangeMistakes, healthCheckMistakes } from './health-check-mistakes.ts'

const existing = { a: 'TCP', b: 'HTTP', sum: 'CALCULATED' } as const
const mistakes = (config: HealthCheckConfig, more: Record<string, string> = {}): string[] =>
  healthCheckMistakes({ config, tags: more, typeOf: id => existing[id as keyof typeof existing] })

const tcp: HealthCheckConfig = { Type: 'TCP', IPAddress: '127.0.1.1', Port: 9999 }
const http: HealthCheckConfig = { Type: 'HTTP', FullyQualifiedDomainName: 'a.example' }
const sum: HealthCheckConfig = { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['a', 'b'] }

const sqlTags = { [tags.probe]: 'sql', [tags.sqlUser]: 'checker' }

const right: [HealthCheckConfig, Record<string, string>?][] = [
  [tcp],
  [http],
  [{ ...http, Type: 'HTTPS', EnableSNI: true, RequestInterval: 10, FailureThreshold: 10 }],
  [{ ...http, Type: 'HTTPS_STR_MATCH', SearchString: 'x'.repeat(255) }],
  [{ ...tcp, IPAddress: '::1', Regions: ['us-east-1', 'us-west-1', 'eu-west-1'] }],
  [sum],
  [{ ...sum, HealthThreshold: 0 }],
  [tcp, { [tags.intervalMilliseconds]: '100', [tags.quorumPercent]: '0', Name: 'anything' }],
  [tcp, { ...sqlTags, [tags.sqlQuery]: 'select 1', [tags.sqlPasswordFile]: '/etc/p' }],
]
for (const [config, more] of right)
  test(`right: ${JSON.stringify({ ...config, ...more }).slice(0, 100)}`, () =>
    assert.deepEqual(mistakes(config, more), []))

const wrong: [HealthCheckConfig, Record<string, string>, ...RegExp[]][] = [
  [{ Type: 'PING' as 'TCP' }, {}, /cvc-enumeration-valid: Value 'PING'/],
  [
    { ...tcp, RequestInterval: 15 },
    {},
    /Value '15' is not facet-valid .* enumeration '\[10, 30\]' for type 'RequestInterval'/,
  ],
  [
    { ...tcp, FailureThreshold: 11 },
    {},
    /^Invalid XML ; cvc-maxInclusive-valid: Value '11' is not facet-valid with respect to maxInclusive '10' for type 'FailureThreshold'\.$/,
  ],
  [{ ...tcp, Port: 0 }, {}, /cvc-minInclusive-valid: Value '0'/],
  [
    { ...http, ResourcePath: 'x'.repeat(256) },
    {},
    /cvc-maxLength-valid: .* length = '256' .* maxLength '255' for type 'ResourcePath'/,
  ],
  [{ Type: 'TCP' }, {}, /Either an IP address or a fully qualified domain name/, /A port must be specified/],
  [{ ...tcp, IPAddress: '224.0.0.1' }, {}, /224\.0\.0\.1 is not an address that can be checked/],
  [{ ...tcp, ResourcePath: '/x' }, {}, /resource path must not be specified for health checks of type TCP/],
  [{ ...http, FullyQualifiedDomainName: 'not a name' }, {}, /'not a name' is not a valid/],
  [{ ...http, SearchString: 'x' }, {}, /only for health checks of type HTTP_STR_MATCH/],
  [{ ...http, Type: 'HTTP_STR_MATCH' }, {}, /A search string must be specified/],
  [{ ...http, EnableSNI: true }, {}, /SNI may be enabled only/],
  [{ ...http, Regions: ['us-east-1', 'us-east-1', 'us-west-1'] }, {}, /At least 3 different regions/],
  [{ ...http, Regions: ['mars' as 'us-east-1', 'us-west-1', 'us-west-2'] }, {}, /Value 'mars'/],
  [
    { ...http, AlarmIdentifier: { Region: 'us-east-1', Name: 'x' } },
    {},
    /^Invalid parameter : Basic health checks must not have an metric region specified\.$/,
  ],
  [
    { ...http, InsufficientDataHealthStatus: 'Healthy' },
    {},
    /Basic health checks must not have an insufficient data health state specified/,
  ],
  [{ ...http, HealthThreshold: 1 }, {}, /Basic health checks must not have a health threshold/],
  [
    { Type: 'CALCULATED', ChildHealthChecks: ['a'] },
    {},
    /^Invalid parameter : Calculated health checks must have a health threshold specified\.$/,
  ],
  [{ Type: 'CALCULATED', HealthThreshold: 1 }, {}, /must have child health checks specified/],
  [
    { ...sum, ChildHealthChecks: ['a', 'gone', 'sum', 'a'] },
    {},
    /gone does not exist/,
    /sum is calculated itself/,
    /more than once/,
  ],
  [{ ...sum, IPAddress: '127.0.0.1', Port: 80 }, {}, /must not have an IP address/, /must not have a port/],
  [{ Type: 'CLOUDWATCH_METRIC' }, {}, /no CloudWatch alarms/],
  [{ Type: 'RECOVERY_CONTROL' }, {}, /no routing controls/],
  [
    tcp,
    { [tags.intervalMilliseconds]: '99', [tags.riseThreshold]: '2.5' },
    /'99' is not a whole number from 100 to 300000/,
    /'2\.5' is not a whole number from 1 to 10/,
  ],
  [tcp, { 'everport.intervall_milliseconds': '100' }, /Did you mean everport\.interval_milliseconds\?/],
  [tcp, { [tags.immediateReprobe]: 'yes' }, /neither 'true' nor 'false'/],
  [tcp, { [tags.sqlUser]: 'x' }, /needs the tag everport\.probe = sql/],
  [http, { [tags.probe]: 'sql' }, /of type TCP, not HTTP/, /needs the tag everport\.sql\.user/],
  [tcp, { [tags.probe]: 'ping' }, /'ping' is not a probe/],
  [
    tcp,
    { ...sqlTags, [tags.sqlPasswordFile]: 's3cret' },
    /password_file: its value is not the absolute path/,
  ],
  [tcp, { ...sqlTags, [tags.sqlPasswordFile]: '' }, /password_file: its value is not the absolute path/],
  [tcp, { [tags.sqlPasswordFile]: '/etc/p' }, /needs the tag everport\.probe = sql/],
  [
    tcp,
    { ...sqlTags, 'everport.sql.password': 's3cret' },
    /^There is no tag everport\.sql\.password\. Did you mean everport\.sql\.password_file\?$/,
  ],
]
for (const [config, more, ...expected] of wrong) {
  test(`wrong: ${JSON.stringify({ ...config, ...more }).slice(0, 100)}`, () => {
    const found = mistakes(config, more)
    assert.equal(found.length, expected.length, found.join('\n'))
    for (const [i, pattern] of expected.entries()) assert.match(found[i] ?? '', pattern)
  })
}

test('what stands where a path should is not repeated: it may be the password', () => {
  const found = mistakes(tcp, {
    ...sqlTags,
    [tags.sqlPasswordFile]: 's3cret',
    'everport.sql.password': 's3cret',
  })
  assert.equal(found.length, 2)
  assert.doesNotMatch(found.join('\n'), /s3cret/)
})

test('all mistakes at once', () => {
  const found = mistakes({
    Type: 'HTTP_STR_MATCH',
    FailureThreshold: 0,
    Port: 70_000,
    RequestInterval: 5,
    HealthThreshold: 2,
  })
  assert.equal(found.length, 6, found.join('\n'))
})

test('what may not change after creation', () => {
  assert.deepEqual(healthCheckChangeMistakes(tcp, { ...tcp, Port: 1, IPAddress: '127.0.1.2' }), [])
  assert.equal(healthCheckChangeMistakes(http, { ...http, IPAddress: '127.0.0.1' }).length, 1)
  assert.equal(healthCheckChangeMistakes(tcp, { ...http, RequestInterval: 10 }).length, 3)
})

test('addresses that mean one endpoint', () => {
  for (const good of [
    '127.0.0.1',
    '10.0.0.1',
    '8.8.8.8',
    '::1',
    'fe80::1',
    '2001:db8::',
    '1:2:3:4:5:6:7:8',
    '::ffff:10.0.0.1',
    '1:2:3:4:5:6:1.2.3.4',
  ])
    assert.ok(isCheckableAddress(good), good)
  for (const bad of [
    '',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.',
    '::',
    'ff02::1',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    '::ffff:224.0.0.1',
    '1.2.3.4::',
    'fe80::1%eth0',
  ])
    assert.ok(!isCheckableAddress(bad), bad)
})
