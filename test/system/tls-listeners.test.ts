import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { Agent, request } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { clientSettings } from './aws-client.ts'
import { type Everport, eventually, startEverport } from './everport.ts'
import { type Issuer, testIssuer } from './issued-certificates.ts'

const openConnections = 10

interface Setting {
  readonly everport: Everport
  readonly client: elb.ElasticLoadBalancingV2Client
  readonly issuer: Issuer
  readonly port: number
  readonly vpc: string | undefined
  readonly subnets: string[]
  /** A security group that lets clients in to the port. */
  readonly group: string
  /** Imports a certificate for a name, in the place of another when one is given; resolves with its ARN. */
  certificate(name: string, replaced?: string): Promise<string>
  target(protocol: 'HTTP' | 'TCP', name: string, port: number): Promise<string>
  addresses(name: string | undefined): Promise<readonly string[]>
}

async function setting(t: TestContext): Promise<Setting> {
  const everport = await startEverport(t)
  const settings = clientSettings(everport)
  const [client, ec2] = [new elb.ElasticLoadBalancingV2Client(settings), new EC2Client(settings)]
  t.after(() => [client, ec2].forEach(each => each.destroy()))
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  )
  const vpc = Subnets[0]?.VpcId
  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web', VpcId: vpc }),
  )
  const port = everport.ports.odbc
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '127.0.0.0/8' }] },
  ]
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  const issuer = testIssuer(t)
  return {
    everport,
    client,
    issuer,
    port,
    vpc,
    subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    group: GroupId,
    async certificate(name, replaced) {
      const instead = replaced === undefined ? [] : ['--arn', replaced]
      const { code, stdout, stderr } = await everport.command(
        'certificate',
        'import',
        ...issuer.issue(name),
        ...instead,
      )
      assert.equal(code, 0, stderr)
      return stdout.trim()
    },
    async target(Protocol, Name, Port) {
      const { TargetGroups } = await client.send(
        new elb.CreateTargetGroupCommand({ Name, Protocol, Port, VpcId: vpc, TargetType: 'ip' }),
      )
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
      const Targets = [{ Id: '127.0.0.1', Port, AvailabilityZone: 'all' }]
      await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets }))
      return TargetGroupArn
    },
    addresses: name =>
      eventually(
        'its name answers the address of each zone',
        30_000,
        () => everport.dns(name),
        answer => answer.length === 2,
      ),
  }
}

/** A TLS session whose certificate was checked in full for `name`. */
async function session(
  t: TestContext,
  { issuer, port }: Setting,
  host: string,
  name: string,
): Promise<TLSSocket> {
  const socket = connect({ host, port, servername: name, ca: issuer.authority })
  t.after(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

const shownBy = (socket: TLSSocket): string => socket.getPeerX509Certificate()?.fingerprint256 ?? 'none'

test('an HTTPS listener of an application load balancer: certificates by name, rules, and a change that no request notices', {
  timeout: 300_000,
}, async t => {
  const s = await setting(t)
  const { client, port } = s
  // Holds what asks for /held until told, and tells by which protocol the client came.
  const held: ServerResponse[] = []
  const web = async (name: string): Promise<string> => {
    const server = createServer((asked, response) => {
      if (asked.url === '/held') held.push(response)
      else response.end(`${name} ${asked.url} ${String(asked.headers['x-forwarded-proto'])}`)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return await s.target('HTTP', name, (server.address() as AddressInfo).port)
  }
  const [site, images] = [await web('site'), await web('images')]
  const [one, two] = [await s.certificate('one.test'), await s.certificate('two.test')]
  const { LoadBalancers } = await client.send(
    new elb.CreateLoadBalancerCommand({ Name: 'shop', Subnets: s.subnets, SecurityGroups: [s.group] }),
  )
  const [shop] = LoadBalancers ?? []
  const forward = (TargetGroupArn: string): elb.Action => ({ Type: 'forward', TargetGroupArn })
  const listener = {
    LoadBalancerArn: shop?.LoadBalancerArn,
    Protocol: 'HTTPS' as const,
    Port: port,
    DefaultActions: [forward(site)],
  }
  await assert.rejects(
    client.send(
      new elb.CreateListenerCommand({ ...listener, Certificates: [{ CertificateArn: `${one}x` }] }),
    ),
    elb.CertificateNotFoundException,
  )
  const { Listeners } = await client.send(
    new elb.CreateListenerCommand({ ...listener, Certificates: [{ CertificateArn: one }] }),
  )
  const ListenerArn = Listeners?.[0]?.ListenerArn
  await client.send(
    new elb.AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: two }] }),
  )
  await client.send(
    new elb.CreateRuleCommand({
      ListenerArn,
      Priority: 10,
      Conditions: [{ Field: 'path-pattern', Values: ['/img/*'] }],
      Actions: [forward(images)],
    }),
  )
  const wait = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
  await elb.waitUntilLoadBalancerAvailable(wait, { Names: ['shop'] })
  for (const TargetGroupArn of [site, images]) await elb.waitUntilTargetInService(wait, { TargetGroupArn })

  const ask = async (host: string, name: string, path: string, agent: Agent): Promise<string> => {
    const sent = request({ host, port, path, agent, servername: name, headers: { host: name } })
    sent.end()
    const [answer] = await once(sent, 'response')
    let body = ''
    for await (const part of answer) body += String(part)
    return body
  }
  const newAgent = (keepAlive: boolean): Agent => {
    const agent = new Agent({ keepAlive, maxSockets: 1, ca: s.issuer.authority })
    t.after(() => agent.destroy())
    return agent
  }
  const shown = async (host: string, name: string): Promise<string> =>
    shownBy(await session(t, s, host, name))

  const unkept = newAgent(false)
  for (const host of await s.addresses(shop?.DNSName)) {
    assert.equal(await ask(host, 'one.test', '/a', unkept), 'site /a https')
    assert.equal(await ask(host, 'two.test', '/img/b', unkept), 'images /img/b https')
    assert.notEqual(await shown(host, 'one.test'), await shown(host, 'two.test'))
    await assert.rejects(session(t, s, host, 'three.test'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  }

  const [host = ''] = await s.addresses(shop?.DNSName)
  const agents = Array.from({ length: openConnections }, () => newAgent(true))
  for (const agent of agents) await ask(host, 'one.test', '/first', agent)
  const local = (agent: Agent) =>
    Object.values(agent.freeSockets).flatMap(sockets => sockets?.map(socket => socket.localPort) ?? [])
  const ports = agents.map(local)
  assert.equal(new Set(ports.flat()).size, openConnections)
  const [waiting, ...idle] = agents
  const answers = ask(host, 'one.test', '/held', waiting as Agent)
  await eventually(
    'the request is held',
    30_000,
    async () => held.length,
    count => count === 1,
  )
  const before = await shown(host, 'one.test')

  const other = await s.certificate('one.test')
  await client.send(new elb.ModifyListenerCommand({ ListenerArn, Certificates: [{ CertificateArn: other }] }))
  const after = await shown(host, 'one.test')
  assert.notEqual(after, before)
  // The same certificate renewed in its place.
  await s.certificate('one.test', other)
  await eventually(
    'the renewed one is shown',
    30_000,
    () => shown(host, 'one.test'),
    now => now !== after,
  )
  held[0]?.end('at last')
  assert.equal(await answers, 'at last')
  for (const agent of idle) assert.equal(await ask(host, 'one.test', '/second', agent), 'site /second https')
  assert.deepEqual(agents.map(local), ports, 'each went on with the connection that it had')

  await client.send(
    new elb.RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: two }] }),
  )
  await eventually(
    'the default is shown for the name whose certificate went',
    30_000,
    () =>
      session(t, s, host, 'two.test').then(
        () => '',
        (error: { code?: string }) => error.code,
      ),
    code => code === 'ERR_TLS_CERT_ALTNAME_INVALID',
  )
})

test('a TLS listener of a network load balancer: certificates by name, and a change that no connection notices', {
  timeout: 300_000,
}, async t => {
  const s = await setting(t)
  const { client, port } = s
  const echo = createTcpServer(socket => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  await new Promise<void>(resolve => echo.listen(0, '127.0.0.1', resolve))
  t.after(() => void echo.close())
  const group = await s.target('TCP', 'echo', (echo.address() as AddressInfo).port)
  const [one, two] = [await s.certificate('one.test'), await s.certificate('two.test')]
  const { LoadBalancers } = await client.send(
    new elb.CreateLoadBalancerCommand({ Name: 'secure', Type: 'network', Subnets: s.subnets }),
  )
  const [secure] = LoadBalancers ?? []
  const { Listeners } = await client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: secure?.LoadBalancerArn,
      Protocol: 'TLS',
      Port: port,
      Certificates: [{ CertificateArn: one }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
    }),
  )
  const ListenerArn = Listeners?.[0]?.ListenerArn
  const wait = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
  await elb.waitUntilLoadBalancerAvailable(wait, { Names: ['secure'] })
  await elb.waitUntilTargetInService(wait, { TargetGroupArn: group })
  const [host = ''] = await s.addresses(secure?.DNSName)

  const echoed = async (socket: TLSSocket, text: string): Promise<string> => {
    socket.write(text)
    return String((await once(socket, 'data'))[0])
  }
  const open = await Promise.all(
    Array.from({ length: openConnections }, () => session(t, s, host, 'one.test')),
  )
  for (const socket of open) assert.equal(await echoed(socket, 'before'), 'before')
  await assert.rejects(session(t, s, host, 'two.test'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })

  await client.send(
    new elb.AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: two }] }),
  )
  const second = await eventually(
    'the additional certificate is shown',
    30_000,
    () => session(t, s, host, 'two.test').catch(() => undefined),
    socket => socket !== undefined,
  )
  assert.equal(await echoed(second as TLSSocket, 'by name'), 'by name')
  const other = await s.certificate('one.test')
  await client.send(new elb.ModifyListenerCommand({ ListenerArn, Certificates: [{ CertificateArn: other }] }))
  const [first] = open
  const now = await session(t, s, host, 'one.test')
  assert.notEqual(shownBy(now), shownBy(first as TLSSocket))
  for (const socket of [...open, now]) assert.equal(await echoed(socket, 'after'), 'after')
  const { Certificates = [] } = await client.send(
    new elb.DescribeListenerCertificatesCommand({ ListenerArn }),
  )
  assert.deepEqual(
    Certificates.map(({ CertificateArn, IsDefault }) => [CertificateArn, IsDefault]),
    [
      [other, true],
      [two, false],
    ],
  )
})
