import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { defaultAdmission } from '../resources/admission-settings.ts'
import type { Mistake } from './mistakes.ts'
import { readTopology } from './read-topology.ts'
import type { Topology } from './topology.ts'
import { topologyFileLimits } from './topology-schema.ts'

const example = readFileSync('examples/active-passive.yaml', 'utf8')

const valid = `name: demo
domain: demo.test
catalog: catalog.sql
clusters:
  - name: active
    role: primary
    zones: [a, b]
    nodesPerZone: 2
  - name: passive
    role: secondary
    zones: [us-east-1a]
    auxiliaryPorts: [12345]
ports: { runtime: 9999, odbc: 9996, web: 9090 }
dns: { addresses: [127.0.0.1], port: 5300, ttlSeconds: 5 }
healthCheck: { protocol: http, path: /health/ready, port: web, interval: 1s }
limits: { connections: 10, memory: 1GB, drainTimeout: 2m }
`

function topologyOf(text: string): Topology {
  const { topology, mistakes } = readTopology(text, 't.yaml', () => true)
  assert.ok(topology, JSON.stringify(mistakes))
  return topology
}

function mistakesOf(text: string, fileExists = true): readonly Mistake[] {
  const { mistakes } = readTopology(text, 't.yaml', () => fileExists)
  assert.ok(mistakes, 'expected mistakes')
  return mistakes
}

/** Each mistake as `line:column where | found | expected`. */
function told(text: string, fileExists = true): string[] {
  return mistakesOf(text, fileExists).map(
    ({ line, column, where, found, expected }) => `${line}:${column} ${where} | ${found} | ${expected}`,
  )
}

/** `valid` with one piece replaced. */
function changed(from: string, to: string): string {
  assert.ok(valid.includes(from), from)
  return valid.replace(from, to)
}

test('a valid file gives the topology with everything that follows from it', () => {
  const { clusters, limits, healthCheck, failoverName, database } = topologyOf(valid)
  assert.deepEqual(clusters[0]?.zones[1], {
    name: 'us-east-1b',
    letter: 'b',
    balancerAddress: '127.0.1.2',
    nodes: [
      { name: 'active-b-1', address: '127.0.1.21', auxiliaryPort: 39_997, isExisting: false },
      { name: 'active-b-2', address: '127.0.1.22', auxiliaryPort: 49_997, isExisting: false },
    ],
  })
  assert.deepEqual(clusters[1]?.zones, [
    {
      name: 'us-east-1a',
      letter: 'a',
      balancerAddress: '127.0.2.1',
      nodes: [{ name: 'passive-a-1', address: '127.0.2.11', auxiliaryPort: 12_345, isExisting: false }],
    },
  ])
  assert.deepEqual(limits, {
    connectionsMax: 10,
    memoryLimitMegabytes: 1_024,
    drainTimeoutMs: 120_000,
    admission: defaultAdmission,
  })
  assert.equal(healthCheck.intervalMs, 1_000)
  assert.equal(healthCheck.port, 9090)
  assert.equal(failoverName, 'data.demo.test')
  assert.equal(database, 'demo')
})

test('the example is valid, and what it leaves out has defaults', () => {
  const { healthCheck, ports, limits, dns, region } = topologyOf(example)
  assert.deepEqual(healthCheck, {
    protocol: 'http',
    path: '/health/ready',
    port: 9090,
    intervalMs: 250,
    timeoutMs: 500,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    immediateReprobe: true,
    passive: true,
  })
  assert.deepEqual(ports, { runtime: 9999, odbc: 9996, web: 9090 })
  assert.deepEqual(limits, {
    connectionsMax: 1_000,
    memoryLimitMegabytes: 512,
    drainTimeoutMs: 10_000,
    admission: defaultAdmission,
  })
  assert.equal(dns.port, 5300)
  assert.equal(region, 'us-east-1')
})

test('a SQL check asks the odbc port, and the topology’s database unless it says another', () => {
  const asked = (sql: string) =>
    topologyOf(changed('protocol: http, path: /health/ready, port: web', `protocol: sql, sql: { ${sql} }`))
      .healthCheck
  const { protocol, path, port, sql } = asked('user: checker, passwordFile: of-today/checker')
  assert.deepEqual([protocol, path, port], ['sql', undefined, 9996])
  assert.deepEqual(sql, {
    user: 'checker',
    passwordFile: 'of-today/checker',
    database: 'demo',
    query: 'select 1',
    expect: '',
  })
  assert.equal(asked('user: c, database: other, query: select 2, expect: "2"').sql?.database, 'other')
})

test('anchors and aliases are followed', () => {
  const text = changed('zones: [a, b]', 'zones: &zones [a, b]')
    .replace('zones: [us-east-1a]', 'zones: *zones')
    .replace('[12345]', '[1, 2]')
  assert.equal(topologyOf(text).clusters[1]?.zones.length, 2)
})

const expected = {
  keys: 'name, domain, region, hostname, database, catalog, clusters, ports, dns, failover, control, balancers, healthCheck, limits, aws, tls, protocol',
  label:
    'a DNS label: lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
}

const single: readonly (readonly [title: string, from: string, to: string, told: string])[] = [
  ['a name in capitals', 'name: demo', 'name: Demo', `1:7 name | 'Demo' | ${expected.label}`],
  [
    'a name that is too long',
    'name: demo',
    `name: ${'x'.repeat(64)}`,
    `1:7 name | '${'x'.repeat(60)}…' | at most 63 characters`,
  ],
  ['a number for a text', 'name: demo', 'name: 12', `1:7 name | the number '12' | ${expected.label}`],
  [
    'a top-level domain',
    'domain: demo.test',
    'domain: test',
    "2:9 domain | 'test' | a domain of two labels or more in lower case, such as demo.test",
  ],
  [
    'a key without a value',
    'domain: demo.test',
    'domain:',
    '2:1 domain | nothing | a domain of two labels or more in lower case, such as demo.test',
  ],
  [
    'a missing key',
    'domain: demo.test\n',
    '',
    '1:1 domain | nothing | the key domain: a domain of two labels or more in lower case, such as demo.test',
  ],
  ['an unknown key', 'ports:', 'port:', `13:1 port | the unknown key 'port' | one of ${expected.keys}`],
  [
    'a key twice',
    'ports:',
    'dns: {}\nports:',
    "15:1  | the key 'dns' a second time | each key once in a mapping",
  ],
  [
    'a list for a mapping',
    'dns: { addresses: [127.0.0.1], port: 5300, ttlSeconds: 5 }',
    'dns: [1]',
    '14:6 dns | a list of 1 | a mapping with the keys addresses, port, metricsPort, ttlSeconds, repliesPerSecond, cookies, identify',
  ],
  [
    'a mapping for a list',
    'zones: [a, b]',
    'zones: { a: b }',
    '7:12 clusters[0].zones | a mapping | a list of 1 to 9',
  ],
  ['no zone', 'zones: [a, b]', 'zones: []', '7:12 clusters[0].zones | a list of 0 | a list of 1 to 9'],
  [
    'too many zones',
    '[a, b]',
    '[a, b, c, d, e, f, g, h, i, a]',
    '7:12 clusters[0].zones | a list of 10 | a list of 1 to 9',
  ],
  [
    'a zone beyond the address plan',
    '[a, b]',
    '[a, j]',
    "7:16 clusters[0].zones[1] | 'j' | a zone: a letter a to i, or that letter after the region, such as us-east-1a",
  ],
  [
    'a zone of another region',
    'us-east-1a',
    'eu-west-1a',
    "11:13 clusters[1].zones[0] | 'eu-west-1a' | a zone of the region us-east-1",
  ],
  [
    'a zone twice',
    '[a, b]',
    '[a, us-east-1a]',
    '7:16 clusters[0].zones[1] | zone a a second time | zones that differ; clusters[0].zones[0] is it',
  ],
  [
    'too many nodes',
    'nodesPerZone: 2',
    'nodesPerZone: 10',
    "8:19 clusters[0].nodesPerZone | the number '10' | a whole number from 1 to 9",
  ],
  [
    'half a node',
    'nodesPerZone: 2',
    'nodesPerZone: 1.5',
    "8:19 clusters[0].nodesPerZone | the number '1.5' | a whole number from 1 to 9",
  ],
  [
    'two primaries',
    'role: secondary',
    'role: primary',
    '10:11 clusters[1].role | a second primary cluster | one primary; clusters[0] is it',
  ],
  [
    'an unknown role',
    'role: secondary',
    'role: passive',
    "10:11 clusters[1].role | 'passive' | primary or secondary",
  ],
  [
    'a cluster name twice',
    'name: passive',
    'name: active',
    "9:11 clusters[1].name | the name 'active' a second time | names that differ; clusters[0] has it",
  ],
  [
    'a reserved cluster name',
    'name: passive',
    'name: internal-x',
    "9:11 clusters[1].name | 'internal-x' | a load balancer name that does not begin with internal-",
  ],
  [
    'a cluster name that ends with a hyphen',
    'name: passive',
    'name: passive-',
    "9:11 clusters[1].name | 'passive-' | a load balancer name: lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
  ],
  [
    'an auxiliary port twice',
    'nodesPerZone: 2',
    'auxiliaryPorts: [19997, 19997]',
    '8:29 clusters[0].auxiliaryPorts[1] | auxiliary port 19997 a second time | a port of its own for each node; auxiliaryPorts[0] is it',
  ],
  [
    'an advertised host that is a node, as a server would choose by itself',
    'nodesPerZone: 2',
    'advertisedHost: 127.0.1.11',
    '8:21 clusters[0].advertisedHost | 127.0.1.11, the address of a node of active | the name or the address of the balancer: clients would go past it',
  ],
  [
    'one port that is neither',
    'nodesPerZone: 2',
    'singlePort: sometimes',
    "8:17 clusters[0].singlePort | 'sometimes' | true or false",
  ],
  [
    'too few auxiliary ports',
    'nodesPerZone: 2',
    'auxiliaryPorts: [19997]',
    '8:21 clusters[0].auxiliaryPorts | 1 ports | one for each of the 2 nodes',
  ],
  [
    'an auxiliary port that is a shared one',
    '[12345]',
    '[9996]',
    '12:22 clusters[1].auxiliaryPorts[0] | port 9996 for odbc and as an auxiliary port | a port of its own for each',
  ],
  [
    'a shared port that is a default auxiliary one',
    'runtime: 9999',
    'runtime: 19997',
    '13:19 ports.runtime | port 19997 for runtime and as an auxiliary port | a port of its own for each',
  ],
  [
    'a port twice',
    'web: 9090',
    'web: 9996',
    '13:42 ports.web | port 9996 for web and for odbc | a port of its own for each',
  ],
  [
    'a port out of range',
    'web: 9090',
    'web: 65536',
    "13:42 ports.web | the number '65536' | a whole number from 1 to 65535",
  ],
  [
    'a hostname that is taken',
    'name: demo',
    'hostname: elb\nname: demo',
    "1:11 hostname | 'elb' | another name: Everport itself uses elb and ns1 to ns4",
  ],
  [
    'an address that is none',
    '127.0.0.1',
    '127.0.0.256',
    "14:20 dns.addresses[0] | '127.0.0.256' | an IPv4 address of this machine, such as 127.0.0.1",
  ],
  [
    'a name server on the port of a node',
    '[127.0.0.1], port: 5300',
    '[127.0.1.22], port: 9090',
    '14:39 dns.port | 127.0.1.22:9090, which a node of active uses | an address and a port that nothing else of Everport uses',
  ],
  [
    'one address for two name servers',
    '[127.0.0.1]',
    '[127.0.0.1, 127.0.0.1]',
    '14:31 dns.addresses[1] | 127.0.0.1 a second time | an address of its own for each name server; addresses[0] is it',
  ],
  [
    'metrics on the port of a name server',
    'port: 5300',
    'port: 5301',
    '14:6 dns.metricsPort | 127.0.0.1:5301, which a name server uses | an address and a port that nothing else of Everport uses',
  ],
  [
    'a failback that is no time',
    'limits:',
    'failover: { failback: soon }\nlimits:',
    "16:23 failover.failback | 'soon' | automatic, manual, or a time such as 30s",
  ],
  [
    'a certificate without its key',
    'limits:',
    'tls: { certificate: catalog.sql }\nlimits:',
    '16:21 tls.certificate | certificate without key | both, or neither for a certificate of the local authority',
  ],
  [
    'clients’ certificates of nobody',
    'limits:',
    'tls: { clientCertificates: login }\nlimits:',
    '16:28 tls.clientCertificates | login without clientAuthority | clientAuthority, the authority that the clients’ certificates are of',
  ],
  [
    'Flight in TLS without any',
    'limits:',
    'tls: { mode: off, flight: tls }\nlimits:',
    '16:27 tls.flight | tls with mode off | plain, or mode offered or required',
  ],
  [
    'Flight in clear text where that is refused',
    'limits:',
    'tls: { mode: required, flight: plain }\nlimits:',
    '16:32 tls.flight | plain with mode required | tls, or leave it out: clear text is refused on every port',
  ],
  [
    'Flight in a way that there is not',
    'limits:',
    'tls: { flight: starttls }\nlimits:',
    "16:16 tls.flight | 'starttls' | plain or tls",
  ],
  [
    'a failback after too short a time',
    'limits:',
    'failover: { failback: 1ms }\nlimits:',
    "16:23 failover.failback | '1ms' | automatic, manual, or a time from 1s to 24h",
  ],
  [
    'a name server on the port of control',
    'port: 5300',
    'port: 8400',
    '14:38 dns.port | 127.0.0.1:8400, which control uses | an address and a port that nothing else of Everport uses',
  ],
  [
    'a time without a unit',
    'interval: 1s',
    'interval: 1',
    "15:74 healthCheck.interval | the number '1' | a time from 100ms to 300s, written like 250ms, 5s, 2m or 1h",
  ],
  [
    'a time that is too short',
    'interval: 1s',
    'interval: 99ms',
    "15:74 healthCheck.interval | '99ms' | a time from 100ms to 300s, written like 250ms, 5s, 2m or 1h",
  ],
  [
    'http on the odbc port',
    'port: web',
    'port: odbc',
    '15:59 healthCheck.port | odbc with protocol http | port web, where nodes answer HTTP, or protocol tcp',
  ],
  [
    'a path with tcp',
    'protocol: http',
    'protocol: tcp',
    '15:37 healthCheck.path | a path with protocol tcp | no path, or protocol http',
  ],
  [
    'sql without a user',
    'protocol: http, path: /health/ready, port: web',
    'protocol: sql',
    '15:14 healthCheck.sql | no user with protocol sql | healthCheck.sql.user: who logs in to run the query',
  ],
  [
    'a password in the file itself',
    'protocol: http, path: /health/ready, port: web',
    'protocol: sql, sql: { user: checker, password: s3cret }',
    "15:53 healthCheck.sql.password | the unknown key 'password' | one of user, passwordFile, database, query, expect",
  ],
  [
    'an empty path of a password file',
    'protocol: http, path: /health/ready, port: web',
    "protocol: sql, sql: { user: checker, passwordFile: '' }",
    "15:67 healthCheck.sql.passwordFile | '' | the path of a file in healthCheck.passwordFolder, written from there, such as checker.password",
  ],
  ...['/etc/shadow', '../checker', 'a/../../checker', './checker', 'a//checker', 'a/'].map(
    (path): [string, string, string, string] => [
      `a password file at ${path}`,
      'protocol: http, path: /health/ready, port: web',
      `protocol: sql, sql: { user: checker, passwordFile: '${path}' }`,
      `15:67 healthCheck.sql.passwordFile | '${path}' | the path of a file in healthCheck.passwordFolder, written from there, such as checker.password`,
    ],
  ),
  [
    'sql on the port of the web pages',
    'protocol: http, path: /health/ready, port: web',
    'protocol: sql, sql: { user: checker }, port: web',
    '15:61 healthCheck.port | web with protocol sql | port odbc, where nodes speak PostgreSQL’s protocol, or none',
  ],
  [
    'what sql asks, with another protocol',
    'protocol: http,',
    'protocol: http, sql: { expect: f },',
    '15:47 healthCheck.sql.expect | sql.expect with protocol http | protocol sql, or none of healthCheck.sql',
  ],
  [
    'a size that is too small',
    'memory: 1GB',
    'memory: 1MB',
    "16:36 limits.memory | '1MB' | a size from 64MB to 1024GB, written like 512MB or 2GB",
  ],
]

for (const [title, from, to, message] of single) {
  test(`mistake: ${title}`, () => assert.deepEqual(told(changed(from, to)), [message]))
}

test('no primary', () => {
  const text = changed('role: primary', 'role: secondary')
  assert.deepEqual(told(text), [
    '5:3 clusters | no primary cluster | one cluster with role primary',
    '10:11 clusters[1].role | a second secondary cluster | one secondary; clusters[0] is it',
  ])
})

test('a catalog file that is not there', () => {
  assert.deepEqual(told(valid, false), [
    "3:10 catalog | 'catalog.sql', which is no readable file | an SQL file, by its path from the folder of this file",
  ])
})

test('the nearest known key is named', () => {
  const hints = mistakesOf(changed('nodesPerZone', 'nodes_per_zones').replace('limits', 'limit')).map(
    m => m.hint,
  )
  assert.deepEqual(hints, ['nodesPerZone', 'limits'])
})

test('all mistakes are told at once, in the order of the file', () => {
  const lines = mistakesOf(
    valid.replace('demo.test', 'X').replace('primary', 'first').replace('9996', '0').replace('1GB', 'much'),
  ).map(mistake => mistake.line)
  assert.deepEqual(lines, [2, 6, 13, 16])
})

test('every YAML syntax error is told', () => {
  const two = mistakesOf('name: @x\ndomain: `y\n')
  for (const { expected: words } of two) assert.match(words, /^valid YAML: /)
  assert.deepEqual(
    two.map(mistake => mistake.line),
    [1, 2],
  )
})

test('files that are no topology at all', () => {
  assert.deepEqual(told(''), ['1:1  | an empty file | a topology'])
  assert.deepEqual(told('# only words\n\n'), ['1:1  | an empty file | a topology'])
  assert.match(told('just text')[0] ?? '', /^1:1 {2}\| 'just text' \| a mapping with the keys name/)
  assert.match(told(`${valid}---\nname: other\n`)[0] ?? '', /a second YAML document/)
  assert.match(told('x'.repeat(topologyFileLimits.bytesMax + 1))[0] ?? '', /a file of 262145 characters/)
})

test('deep nesting, alias bombs and floods of mistakes are bounded', () => {
  for (const open of ['[', '{a: ', '- ', '? '])
    assert.ok(mistakesOf(open.repeat(50_000)).length >= 1, `nesting of ${open}`)
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefghij')
    .map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
    .join('\n')}\nclusters: *j\n`
  assert.ok(mistakesOf(bomb).length <= topologyFileLimits.mistakesMax)
  const flood = Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join('\n')
  assert.equal(mistakesOf(flood).length, topologyFileLimits.mistakesMax)
  const aliases = `name: &n x\nclusters: [${'*n,'.repeat(50_000)}]\n`
  assert.ok(mistakesOf(aliases).length <= topologyFileLimits.mistakesMax)
  assert.ok(mistakesOf(`name: *nobody\n`).length >= 1)
  assert.ok(mistakesOf(`name: &self [*self]\n`).length >= 1)
})

test('any change of a valid file is valid or has mistakes with places inside the file', () => {
  const pieces = [
    '',
    ' ',
    '\n',
    '\t',
    ':',
    '-',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '!!x ',
    '"',
    "'",
    '|',
    '>',
    '%',
    '#',
    '? ',
    '0',
    'null',
    '~',
    'é',
    '\0',
    '\ud800',
    '<<: ',
    '---\n',
    '...',
    '\r',
    '\r\n',
    '\ufeff',
    '__proto__: 1',
    'constructor: {}',
  ]
  const edit = fc.record({
    at: fc.nat(valid.length),
    removed: fc.nat(12),
    put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })),
  })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), edits => {
      const text = edits.reduce(
        (before, { at, removed, put }) => before.slice(0, at) + put + before.slice(at + removed),
        valid,
      )
      const { mistakes } = readTopology(text, 't.yaml', () => true)
      if (mistakes === undefined) return
      assert.ok(mistakes.length >= 1 && mistakes.length <= topologyFileLimits.mistakesMax)
      const lines = text.split('\n')
      for (const { line, column, found, expected: words } of mistakes) {
        assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`)
        assert.ok(column >= 1 && column <= (lines[line - 1] ?? '').length + 1, `column ${column}`)
        assert.ok(found !== '' && words !== '')
      }
    }),
    { numRuns: 1_500 },
  )
})

test('a cluster of another product: its servers, its image, its key store', () => {
  const denodo = (lines: string): string =>
    changed('    zones: [us-east-1a]\n', `    zones: [us-east-1a]\n${lines}`)
  const { clusters } = topologyOf(
    denodo(
      '    kind: denodo\n    addresses: [10.0.0.11]\n    keyStore: /k.jks\n    keyStorePasswordFile: /k\n',
    ),
  )
  const [node] = clusters[1]?.zones[0]?.nodes ?? []
  assert.deepEqual([node?.address, node?.isExisting, clusters[1]?.home], ['10.0.0.11', true, '/opt/denodo'])
  assert.deepEqual(clusters[1]?.tls, {
    keyStore: '/k.jks',
    keyStorePasswordFile: '/k',
    trustStore: undefined,
  })

  const mistakeBy: Record<string, string> = {
    '    kind: denodo\n': 'kind denodo without image and without addresses',
    '    addresses: [10.0.0.11]\n': 'addresses with kind everport',
    '    kind: denodo\n    addresses: [10.0.0.11, 10.0.0.12]\n': '2 addresses',
    '    kind: denodo\n    image: ami-01234567\n    trustStore: /t\n': 'trustStore without keyStore',
    '    kind: denodo\n    image: ami-01234567\n    singlePort: true\n': 'singlePort with kind denodo',
    '    image: ami-xyz\n': "'ami-xyz'",
  }
  for (const [lines, found] of Object.entries(mistakeBy))
    assert.ok(
      told(denodo(lines)).some(line => line.includes(`| ${found} |`)),
      `${lines}: ${told(denodo(lines)).join('; ')}`,
    )
})

test('ranges of clients and ids of a VPC are checked', () => {
  const withAws = (aws: string): string => `${valid}aws: ${aws}\n`
  assert.deepEqual(topologyOf(withAws('{ clients: [10.0.0.0/8], vpc: vpc-01234567 }')).aws.clients, [
    '10.0.0.0/8',
  ])
  assert.equal(told(withAws('{ clients: [10.0.0.0], vpc: net-1, scheme: public }')).length, 3)
})
