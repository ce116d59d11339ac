import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateDocument } from '../../resources/certificates.ts'
import type { InstanceDocument } from '../../resources/instances.ts'
import type {
  ListenerDocument,
  LoadBalancerDocument,
  TargetDocument,
  TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import type { SecurityGroupDocument } from '../../resources/network.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { clusterDocuments } from '../../testing/cluster-documents.ts'
import { balancerSnapshot } from './balancer-snapshot.ts'
import { sourceFilter } from './source-rules.ts'

const groupKey = 'elbv2/target-group/active-odbc'
const listenerKey = 'elbv2/listener/active/9996'

async function snapshotOf(change: (documents: Record<string, object>) => void) {
  const documents = clusterDocuments()
  change(documents)
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  const snapshot = balancerSnapshot(store.read(), 'active', 'a')
  const group = snapshot.targetGroups.find(({ name }) => name === 'active-odbc')
  const listener = snapshot.listeners.find(({ port }) => port === 9996)
  assert.ok(group && listener)
  return { group, listener }
}

async function groupWith(
  attributes: Record<string, string>,
  also: Partial<TargetGroupDocument['TargetGroup']> = {},
) {
  const { group } = await snapshotOf(documents => {
    const document = documents[groupKey] as TargetGroupDocument
    documents[groupKey] = { TargetGroup: { ...document.TargetGroup, ...also }, Attributes: attributes }
  })
  return group
}

async function listenerWith(also: Partial<ListenerDocument['Listener']>, more: Record<string, object> = {}) {
  const { listener } = await snapshotOf(documents => {
    const document = documents[listenerKey] as ListenerDocument
    documents[listenerKey] = { ...document, Listener: { ...document.Listener, ...also } }
    Object.assign(documents, more)
  })
  return listener
}

test('what AWS gives a group of each kind when nothing is said', async () => {
  const tcp = await groupWith({})
  assert.deepEqual(
    [tcp.isSticky, tcp.preservesClientIp, tcp.proxyProtocol, tcp.slowStartMs, tcp.resetsPerSecond],
    [false, true, false, 0, undefined],
  )
  assert.equal((await groupWith({}, { TargetType: 'ip' })).preservesClientIp, false)
  const off = { 'preserve_client_ip.enabled': 'false' }
  assert.equal((await groupWith(off)).preservesClientIp, false)
  const udp = await groupWith(off, { TargetType: 'ip', Protocol: 'UDP' })
  assert.deepEqual(
    [udp.preservesClientIp, udp.resetsWhenUnhealthy, udp.resetsAfterDeregistration],
    [true, false, true],
    'with UDP addresses are always preserved, and flows end with the deregistration delay alone',
  )
})

test('attributes of AWS and ours', async () => {
  const group = await groupWith({
    'stickiness.enabled': 'true',
    'proxy_protocol_v2.enabled': 'true',
    'slow_start.duration_seconds': '30',
    'everport.connection_termination.per_second': '50',
    'everport.health_check.removal.percent_per_minute': '20',
  })
  assert.deepEqual(
    [
      group.isSticky,
      group.proxyProtocol,
      group.slowStartMs,
      group.resetsPerSecond,
      group.removalPercentPerMinute,
    ],
    [true, true, 30_000, 50, 20],
  )
  const finer = { 'slow_start.duration_seconds': '30', 'everport.slow_start.duration_milliseconds': '500' }
  assert.equal((await groupWith(finer)).slowStartMs, 500)
})

test('the weight of a target: its own, else the tag of its instance', async () => {
  const { group } = await snapshotOf(documents => {
    for (const [id, tag] of [
      ['i-a', '5'],
      ['i-b', '7'],
    ] as const) {
      const instance = documents[`ec2/instance/${id}`] as InstanceDocument
      const Tags = [{ Key: 'everport.weight', Value: tag }]
      documents[`ec2/instance/${id}`] = { ...instance, Instance: { ...instance.Instance, Tags } }
    }
    const target = documents['elbv2/target/active-odbc/i-b:9996'] as TargetDocument
    documents['elbv2/target/active-odbc/i-b:9996'] = { ...target, Weight: 0 }
  })
  assert.deepEqual(
    group.targets.map(({ id, weight }) => [id, weight]),
    [
      ['i-a', 5],
      ['i-b', 0],
    ],
  )
})

test('an address of a load balancer is no target', async () => {
  const { group } = await snapshotOf(documents => {
    const document = documents[groupKey] as TargetGroupDocument
    documents[groupKey] = { ...document, TargetGroup: { ...document.TargetGroup, TargetType: 'ip' } }
    const target: TargetDocument = { Target: { Id: '127.0.1.2', Port: 9996 } }
    documents['elbv2/target/active-odbc/127.0.1.2:9996'] = target
  })
  assert.equal(group.targets.find(({ id }) => id === '127.0.1.2')?.unusable?.reason, 'Target.IpUnusable')
})

const securityGroup = (
  permissions: SecurityGroupDocument['SecurityGroup']['IpPermissions'],
): SecurityGroupDocument => ({
  SecurityGroup: {
    GroupId: 'sg-1',
    GroupName: 'one',
    VpcId: 'vpc-1',
    ...(permissions && { IpPermissions: permissions }),
  },
})

async function allowed(...permissions: NonNullable<SecurityGroupDocument['SecurityGroup']['IpPermissions']>) {
  const { listener } = await snapshotOf(documents => {
    const balancer = documents['elbv2/load-balancer/active'] as LoadBalancerDocument
    documents['elbv2/load-balancer/active'] = {
      ...balancer,
      LoadBalancer: { ...balancer.LoadBalancer, SecurityGroups: ['sg-1', 'sg-gone'] },
    }
    documents['ec2/security-group/sg-1'] = securityGroup(permissions)
    const instance = documents['ec2/instance/i-b'] as InstanceDocument
    documents['ec2/instance/i-b'] = {
      ...instance,
      Instance: { ...instance.Instance, SecurityGroups: [{ GroupId: 'sg-clients' }] },
    }
  })
  return listener.allowed
}

test('security groups: what concerns the port, by protocol; none of it is nobody', async () => {
  const anywhere = [{ CidrIp: '0.0.0.0/0' }]
  assert.deepEqual(await allowed(), { tcp: [], udp: [] })
  assert.deepEqual(await allowed({ IpProtocol: '-1', IpRanges: anywhere }), {
    tcp: ['0.0.0.0/0'],
    udp: ['0.0.0.0/0'],
  })
  assert.deepEqual(
    await allowed(
      {
        IpProtocol: 'tcp',
        FromPort: 9990,
        ToPort: 9999,
        IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: 'nonsense' }],
      },
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: anywhere },
      { IpProtocol: '6', FromPort: 9996, ToPort: 9996, Ipv6Ranges: [{ CidrIpv6: 'fd00::/8' }] },
      { IpProtocol: 'udp', FromPort: 0, ToPort: 65_535, UserIdGroupPairs: [{ GroupId: 'sg-clients' }] },
    ),
    { tcp: ['10.0.0.0/8', 'fd00::/8'], udp: ['127.0.1.21/32'] },
  )
})

test('a filter of sources', () => {
  const mayCome = sourceFilter(['10.1.0.0/16', 'fd00::/8', '192.0.2.7/32'])
  for (const address of ['10.1.2.3', 'fd12::1', '192.0.2.7', '::ffff:10.1.0.1'])
    assert.ok(mayCome(address), address)
  for (const address of ['10.2.0.1', 'fe80::1', '192.0.2.8', '', 'nobody'])
    assert.ok(!mayCome(address), address)
  assert.ok(!sourceFilter([])('127.0.0.1'))
  assert.ok(sourceFilter(['0.0.0.0/0'])('127.0.0.1'))
  assert.ok(!sourceFilter(['0.0.0.0/0'])('::1'))
})

test('a TLS listener: certificates by their documents, the default first; ALPN and versions by policy', async () => {
  const arn = (id: string): string => `arn:aws:acm:us-east-1:000000000000:certificate/${id}`
  const certificate = (id: string): CertificateDocument => ({
    CertificateArn: arn(id),
    Certificate: `PEM of ${id}`,
    CertificateChain: 'PEM of its issuer',
    SealedPrivateKey: 'sealed',
  })
  const base = {
    Protocol: 'TLS' as const,
    Certificates: [{ CertificateArn: arn('one') }],
    AlpnPolicy: ['HTTP2Optional'],
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
  }
  const { listener } = await snapshotOf(documents => {
    const document = documents[listenerKey] as ListenerDocument
    documents[listenerKey] = {
      ...document,
      Listener: { ...document.Listener, ...base },
      Attributes: { 'tcp.idle_timeout.seconds': '60' },
      AdditionalCertificates: [arn('gone'), arn('two')],
    } satisfies ListenerDocument
    for (const id of ['two', 'one']) documents[`acm/certificate/${id}`] = certificate(id)
  })
  assert.equal(listener.idleTimeoutMs, 350_000, 'AWS: fixed')
  assert.deepEqual(
    listener.tls?.certificates.map(({ arn: name, place }) => [name, place]),
    [
      [arn('one'), 'acm/certificate/one'],
      [arn('two'), 'acm/certificate/two'],
    ],
  )
  assert.equal(listener.tls?.certificates[0]?.chain, 'PEM of one\nPEM of its issuer')
  assert.deepEqual(listener.tls?.missing, [arn('gone')])
  assert.deepEqual(listener.tls?.alpnProtocols, ['http/1.1', 'http/1.0', 'h2'])
  assert.deepEqual([listener.tls?.versionMin, listener.tls?.versionMax], ['TLSv1.3', 'TLSv1.3'])
  const old = await listenerWith({ ...base, AlpnPolicy: ['None'], SslPolicy: 'ELBSecurityPolicy-2016-08' })
  assert.deepEqual(
    [old.tls?.alpnProtocols, old.tls?.versionMin, old.tls?.versionMax],
    [[], 'TLSv1.2', 'TLSv1.2'],
  )
})

test('stickiness between groups', async () => {
  const action = {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: [{ TargetGroupArn: 'arn:active-odbc', Weight: 1 }],
      TargetGroupStickinessConfig: { Enabled: true },
    },
  }
  assert.equal((await listenerWith({ DefaultActions: [action] })).isGroupSticky, true)
})
