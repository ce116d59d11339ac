import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EverportError } from '../base/errors.ts'
import type { RecordSetDocument } from '../resources/dns.ts'
import type { InstanceDocument } from '../resources/instances.ts'
import type {
  ListenerDocument,
  LoadBalancerDocument,
  TargetGroupDocument,
} from '../resources/load-balancing.ts'
import { zoneLetters } from './address-plan.ts'
import { desiredState, topologySettings } from './desired-state.ts'
import { nodeDefaultsAlone } from './node-defaults.ts'
import { readTopology } from './read-topology.ts'
import { instanceId } from './resource-ids.ts'
import type { Topology } from './topology.ts'

const example = readFileSync('examples/active-passive.yaml', 'utf8')
const facts = { folder: '/', catalogFile: '/srv/catalog.sql', passwordFolder: '/srv/state/secrets' }

function topologyOf(text: string): Topology {
  const { topology, mistakes } = readTopology(text, 't.yaml', () => true)
  assert.ok(topology, JSON.stringify(mistakes))
  return topology
}

function documentsOf(text: string): ReadonlyMap<string, object> {
  const documents = desiredState(topologyOf(text), facts)
  const byKey = new Map(documents.map(({ key, value }) => [key, value]))
  assert.equal(byKey.size, documents.length, 'every key once')
  return byKey
}

function get(documents: ReadonlyMap<string, object>, key: string): object {
  const value = documents.get(key)
  assert.ok(value, `no document ${key} among:\n${[...documents.keys()].join('\n')}`)
  return value
}

test('nodes of an account without a topology are told what those of a silent file are', () => {
  const silent = 'name: demo\ndomain: demo.test\ncatalog: catalog.sql\nclusters: []\n'
  const nodesOf = (text: string) => topologySettings(topologyOf(text), { ...facts, catalogFile: '' }).nodes
  assert.deepEqual(nodesOf(silent), nodeDefaultsAlone)
  const { ports, limits, tls, protocol } = nodeDefaultsAlone
  assert.deepEqual(ports, { runtime: 9999, odbc: 9996, web: 9090 })
  assert.equal(limits.memoryLimitMegabytes, 512)
  assert.equal(tls.mode, 'offered')
  assert.equal(protocol.keepAliveMs, 30_000)
  assert.notDeepEqual(nodesOf(`${silent}limits: { memory: 1GB }\n`), nodeDefaultsAlone)
})

test('the example: every document, by its kind', () => {
  const kinds = new Map<string, number>()
  for (const key of documentsOf(example).keys()) {
    const kind = key.includes('/record-set/') ? 'record-set' : key.split('/').slice(0, 2).join('/')
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries(kinds), {
    'topology/settings': 1,
    'route53/zone': 1,
    'record-set': 6,
    'ec2/instance': 4,
    'ec2/security-group': 1,
    'ec2/subnet': 9,
    'ec2/vpc': 1,
    'elbv2/load-balancer': 2,
    // The five of the cluster's two nodes: runtime, odbc and web, and an auxiliary one for each.
    'elbv2/target-group': 10,
    'elbv2/listener': 10,
    'elbv2/target': 16,
  })
})

test('a load balancer in AWS’s shape, an address in each zone', () => {
  const { LoadBalancer, Attributes } = get(
    documentsOf(example),
    'elbv2/load-balancer/active',
  ) as LoadBalancerDocument
  assert.match(
    LoadBalancer.LoadBalancerArn,
    /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/net\/active\/[0-9a-f]{16}$/,
  )
  assert.equal(LoadBalancer.DNSName, 'active.elb.demo.test')
  assert.deepEqual(
    LoadBalancer.AvailabilityZones.map(zone => [zone.ZoneName, zone.LoadBalancerAddresses]),
    [
      ['us-east-1a', [{ IpAddress: '127.0.1.1' }]],
      ['us-east-1b', [{ IpAddress: '127.0.1.2' }]],
    ],
  )
  assert.equal(Attributes['load_balancing.cross_zone.enabled'], 'false')
})

test('what moves packets, with how many processes, and which flows are told are attributes where they differ from the defaults', () => {
  const attributesOf = (also: string) => {
    const text = example.replace(
      /( *)- name: active\n/,
      (line, indent: string) => `${line}${indent}  ${also}\n`,
    )
    assert.ok(text.includes(also))
    const { Attributes } = get(documentsOf(text), 'elbv2/load-balancer/active') as LoadBalancerDocument
    return ['engine', 'workers', 'flow_log'].map(name => Attributes[`everport.${name}`])
  }
  assert.deepEqual(attributesOf('engine: kernel'), ['kernel', undefined, undefined])
  assert.deepEqual(attributesOf('workers: 0'), [undefined, '0', undefined])
  assert.deepEqual(attributesOf('flowLog: off'), [undefined, undefined, 'off'])
  assert.deepEqual(attributesOf('flowLog: sample'), [undefined, undefined, undefined])
})

test('shared target groups, probed on the web port, faster than AWS', () => {
  const documents = documentsOf(example)
  const { TargetGroup, Attributes } = get(documents, 'elbv2/target-group/active-odbc') as TargetGroupDocument
  assert.equal(TargetGroup.Port, 9996)
  assert.equal(TargetGroup.TargetType, 'instance')
  assert.equal(TargetGroup.HealthCheckProtocol, 'HTTP')
  assert.equal(TargetGroup.HealthCheckPort, '9090')
  assert.equal(TargetGroup.HealthCheckPath, '/health/ready')
  assert.equal(TargetGroup.HealthCheckIntervalSeconds, 5)
  assert.equal(TargetGroup.HealthCheckTimeoutSeconds, 2)
  assert.equal(Attributes['everport.health_check.interval_milliseconds'], '250')
  assert.equal(Attributes['everport.health_check.timeout_milliseconds'], '500')
  const { Listener } = get(documents, 'elbv2/listener/active/9996') as ListenerDocument
  assert.deepEqual(TargetGroup.LoadBalancerArns, [Listener.LoadBalancerArn])
  assert.equal(Listener.DefaultActions[0]?.TargetGroupArn, TargetGroup.TargetGroupArn)
})

test('a check by SQL names its password file by where it is, and the store has no password', () => {
  const asked = (passwordFile: string): string | undefined => {
    const sql = `healthCheck: { protocol: sql, sql: { user: checker${passwordFile} } }`
    const documents = desiredState(topologyOf(`${example}\n${sql}\n`), facts)
    const byKey = new Map(documents.map(({ key, value }) => [key, value]))
    const group = get(byKey, 'elbv2/target-group/active-odbc') as TargetGroupDocument
    return group.Attributes['everport.health_check.sql.password_file']
  }
  assert.equal(asked(', passwordFile: checker'), '/srv/state/secrets/checker')
  assert.equal(asked(', passwordFile: of-today/checker'), '/srv/state/secrets/of-today/checker')
  assert.equal(asked(''), '')
})

test('where nobody says which folder has passwords, a check that needs one is refused, and no other', () => {
  const asked = (sql: string) =>
    desiredState(topologyOf(`${example}\nhealthCheck: { protocol: sql, sql: { user: checker${sql} } }\n`), {
      ...facts,
      passwordFolder: undefined,
    })
  assert.throws(
    () => asked(', passwordFile: checker'),
    (error: EverportError) => error.code === 'invalid_input' && /passwordFolder/.test(error.hint ?? ''),
  )
  assert.ok(asked('').length > 0)
})

test('the folder with passwords is told to who probes, from the folder of the file', () => {
  const settingsOf = (healthCheck: string) =>
    topologySettings(topologyOf(`${example}\nhealthCheck: { ${healthCheck} }\n`), {
      ...facts,
      folder: '/srv',
    })
  assert.equal(settingsOf('passwordFolder: secrets').passwordFolder, '/srv/secrets')
  assert.equal(settingsOf('passwordFolder: /run/secrets').passwordFolder, '/run/secrets')
  assert.equal(settingsOf('protocol: tcp').passwordFolder, undefined)
})

test('an instance per node, told where its clients find it, and registered in every shared group', () => {
  const documents = documentsOf(example)
  const instances = [...documents]
    .filter(([key]) => key.startsWith('ec2/instance/'))
    .map(([, value]) => value as InstanceDocument)
  assert.deepEqual(
    instances.map(({ UserData }) => [UserData.name, UserData.address, UserData.ports.auxiliary]),
    [
      ['active-a-1', '127.0.1.11', 19_997],
      ['active-b-1', '127.0.1.21', 29_997],
      ['passive-a-1', '127.0.2.11', 19_997],
      ['passive-b-1', '127.0.2.21', 29_997],
    ],
  )
  for (const { Instance, UserData } of instances) {
    assert.match(Instance.InstanceId, /^i-[0-9a-f]{17}$/)
    assert.equal(UserData.advertisedHost, `${UserData.cluster}.elb.demo.test`)
    assert.equal(UserData.catalogFile, facts.catalogFile)
    for (const [service, port] of [
      ['runtime', 9999],
      ['odbc', 9996],
      ['web', 9090],
    ] as const)
      get(documents, `elbv2/target/${UserData.cluster}-${service}/${Instance.InstanceId}:${port}`)
  }
})

test('each auxiliary port leads to exactly one node, from every zone, and its death takes no zone out of DNS', () => {
  const documents = documentsOf(example)
  for (const [node, port] of [
    ['active-a-1', 19_997],
    ['active-b-1', 29_997],
  ] as const) {
    const group = `active-aux-${port}`
    const { TargetGroup, Attributes } = get(documents, `elbv2/target-group/${group}`) as TargetGroupDocument
    assert.equal(TargetGroup.Port, port)
    assert.equal(Attributes['load_balancing.cross_zone.enabled'], 'true')
    assert.equal(Attributes['target_group_health.dns_failover.minimum_healthy_targets.count'], 'off')
    const { Listener } = get(documents, `elbv2/listener/active/${port}`) as ListenerDocument
    assert.equal(Listener.DefaultActions[0]?.TargetGroupArn, TargetGroup.TargetGroupArn)
    const targets = [...documents.keys()].filter(key => key.startsWith(`elbv2/target/${group}/`))
    assert.deepEqual(targets, [`elbv2/target/${group}/${instanceId('demo', node)}:${port}`])
  }
})

test('the host that clients are sent to is the cluster’s own name unless the file has another', () => {
  const text = example.replace('role: primary', 'role: primary\n    advertisedHost: data.example.com')
  const hosts = [...documentsOf(text)]
    .filter(([key]) => key.startsWith('ec2/instance/'))
    .map(([, value]) => (value as InstanceDocument).UserData.advertisedHost)
  assert.deepEqual([...new Set(hosts)], ['data.example.com', 'passive.elb.demo.test'])
})

test('the runtime port is in clear text unless the file says otherwise, or clear text is refused on the PostgreSQL port', () => {
  const flightOf = (tls: string): boolean[] => [
    ...new Set(
      [...documentsOf(`${example}\ntls: ${tls}\n`)]
        .filter(([key]) => key.startsWith('ec2/instance/'))
        .map(([, value]) => (value as InstanceDocument).UserData.tls.flight === true),
    ),
  ]
  assert.deepEqual(flightOf('{}'), [false])
  assert.deepEqual(flightOf('{ flight: tls }'), [true])
  assert.deepEqual(flightOf('{ mode: required }'), [true])
  assert.deepEqual(flightOf('{ clientAuthority: ca.crt, clientCertificates: login }'), [true])
  assert.deepEqual(flightOf('{ mode: off }'), [false])
})

test('one port for a cluster whose clients reach no other, and its advertised host in the certificates', () => {
  const text = example.replace(
    'role: primary',
    'role: primary\n    advertisedHost: data.example.com\n    singlePort: true',
  )
  const nodes = [...documentsOf(text)]
    .filter(([key]) => key.startsWith('ec2/instance/'))
    .map(([, value]) => (value as InstanceDocument).UserData)
  assert.deepEqual(
    nodes.map(({ cluster, singlePort, tls }) => [
      cluster,
      singlePort,
      tls.names.includes('data.example.com'),
    ]),
    [
      ['active', true, true],
      ['active', true, true],
      ['passive', false, false],
      ['passive', false, false],
    ],
  )
})

function recordSets(text: string): RecordSetDocument['ResourceRecordSet'][] {
  return [...documentsOf(text)]
    .filter(([key]) => key.includes('/record-set/'))
    .map(([, value]) => (value as RecordSetDocument).ResourceRecordSet)
}

test('two clusters: PRIMARY and SECONDARY aliases that evaluate target health', () => {
  const aliases = recordSets(example).filter(set => set.AliasTarget !== undefined)
  assert.deepEqual(
    aliases.map(set => [set.Name, set.Type, set.Failover, set.SetIdentifier, set.AliasTarget?.DNSName]),
    [
      ['data.demo.test.', 'A', 'PRIMARY', 'active', 'active.elb.demo.test.'],
      ['data.demo.test.', 'A', 'SECONDARY', 'passive', 'passive.elb.demo.test.'],
    ],
  )
  for (const set of aliases) {
    assert.equal(set.AliasTarget?.EvaluateTargetHealth, true)
    assert.equal(set.AliasTarget.HostedZoneId, 'ZEVERPORTELB')
    assert.equal(set.TTL, undefined)
  }
})

test('one cluster: a simple alias', () => {
  const one =
    'name: x\ndomain: x.test\ncatalog: c.sql\nclusters: [{ name: only, role: primary, zones: [a] }]\n'
  const [alias, ...others] = recordSets(one).filter(set => set.AliasTarget !== undefined)
  assert.deepEqual(
    [alias?.Name, alias?.Failover, alias?.SetIdentifier, others.length],
    ['data.x.test.', undefined, undefined, 0],
  )
})

test('any topology: ids are unique, addresses and target names too, names within AWS’s bounds', () => {
  const zones = fc.uniqueArray(fc.constantFrom(...zoneLetters.split('')), { minLength: 1, maxLength: 9 })
  const cluster = fc.record({ zones, nodesPerZone: fc.integer({ min: 1, max: 9 }) })
  fc.assert(
    fc.property(cluster, cluster, (first, second) => {
      const text = JSON.stringify({
        name: 'x',
        domain: 'x.test',
        catalog: 'c.sql',
        clusters: [
          { name: 'a'.repeat(22), role: 'primary', ...first },
          { name: 'b', role: 'secondary', ...second },
        ],
      })
      const documents = documentsOf(text)
      const addresses: string[] = []
      for (const [key, value] of documents) {
        if (key.startsWith('ec2/instance/')) addresses.push((value as InstanceDocument).UserData.address)
        if (key.startsWith('elbv2/load-balancer/'))
          for (const zone of (value as LoadBalancerDocument).LoadBalancer.AvailabilityZones)
            addresses.push(zone.LoadBalancerAddresses?.[0]?.IpAddress ?? '')
        if (key.startsWith('elbv2/target-group/'))
          assert.ok((value as TargetGroupDocument).TargetGroup.TargetGroupName.length <= 32)
      }
      assert.equal(new Set(addresses).size, addresses.length)
      assert.equal(
        addresses.length,
        [first, second].reduce((sum, each) => sum + each.zones.length * (1 + each.nodesPerZone), 0),
      )
    }),
    { numRuns: 50 },
  )
})
