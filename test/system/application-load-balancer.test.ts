import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { clientSettings } from './aws-client.ts'
import { eventually, startEverport } from './everport.ts'

/** A web server that says its name, and the path that it was asked for. */
async function webServer(t: TestContext, name: string): Promise<number> {
  const server = createServer((asked, response) => response.end(`${name} ${asked.url}`))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

interface Answer {
  readonly status: number | undefined
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly body: string
}

type Ask = (path: string, headers?: Record<string, string>) => Promise<Answer>

const asker =
  (host: string, port: number): Ask =>
  async (path, headers = {}) => {
    const sent = request({ host, port, path, headers, agent: false })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    let body = ''
    for await (const part of answer) body += String(part)
    const { statusCode, headers: told } = answer
    return { status: statusCode, location: told.location, cookies: told['set-cookie'] ?? [], body }
  }

test('an application load balancer of the API sends each request where its rules say', async t => {
  const everport = await startEverport(t)
  const settings = clientSettings(everport)
  const [client, ec2] = [new elb.ElasticLoadBalancingV2Client(settings), new EC2Client(settings)]
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  )
  const VpcId = Subnets[0]?.VpcId
  // The default group lets in its own members alone.
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web', VpcId }),
  )
  const port = everport.ports.odbc
  const open = { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '127.0.0.0/8' }] }
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [open] }))

  const groupOf = async (name: string): Promise<string> => {
    const { TargetGroups } = await client.send(
      new elb.CreateTargetGroupCommand({
        Name: name,
        Protocol: 'HTTP',
        Port: 80,
        VpcId,
        TargetType: 'ip',
      }),
    )
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
    const Port = await webServer(t, name)
    const Targets = [{ Id: '127.0.0.1', Port, AvailabilityZone: 'all' }]
    await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets }))
    return TargetGroupArn
  }
  const [site, images, blue, green] = [
    await groupOf('site'),
    await groupOf('images'),
    await groupOf('blue'),
    await groupOf('green'),
  ]
  const { LoadBalancers } = await client.send(
    new elb.CreateLoadBalancerCommand({
      Name: 'shop',
      Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
      SecurityGroups: [GroupId ?? ''],
    }),
  )
  const [shop] = LoadBalancers ?? []
  assert.equal(shop?.Type, 'application')
  const { Listeners } = await client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: shop?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: site }],
    }),
  )
  const ListenerArn = Listeners?.[0]?.ListenerArn
  const rule = async (
    Priority: number,
    condition: elb.RuleCondition,
    action: elb.Action,
  ): Promise<string | undefined> => {
    const { Rules } = await client.send(
      new elb.CreateRuleCommand({ ListenerArn, Priority, Conditions: [condition], Actions: [action] }),
    )
    return Rules?.[0]?.RuleArn
  }
  await rule(
    10,
    { Field: 'path-pattern', PathPatternConfig: { Values: ['/img/*'] } },
    { Type: 'forward', TargetGroupArn: images },
  )
  await rule(
    20,
    { Field: 'host-header', HostHeaderConfig: { Values: ['old.example.com'] } },
    { Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Host: 'new.example.com' } },
  )
  const closed = await rule(
    30,
    { Field: 'path-pattern', Values: ['/closed'] },
    {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '410', ContentType: 'text/plain', MessageBody: 'closed for good' },
    },
  )
  const weighted = await rule(
    40,
    { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Trial', Values: ['*'] } },
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue, Weight: 1 },
          { TargetGroupArn: green, Weight: 1 },
        ],
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
      },
    },
  )

  const wait = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
  await elb.waitUntilLoadBalancerAvailable(wait, { Names: ['shop'] })
  for (const TargetGroupArn of [site, images, blue, green])
    await elb.waitUntilTargetInService(wait, { TargetGroupArn })
  const addresses = await eventually(
    'its name answers the address of each zone',
    30_000,
    () => everport.dns(shop?.DNSName),
    answer => answer.length === 2,
  )
  for (const address of addresses) {
    const ask = asker(address, port)
    assert.equal((await ask('/a?b=1')).body, 'site /a?b=1')
    assert.equal((await ask('/img/cat.png')).body, 'images /img/cat.png')
    const moved = await ask('/x?y=1', { host: 'old.example.com' })
    assert.deepEqual([moved.status, moved.location], [301, `http://new.example.com:${port}/x?y=1`])
    // A rule of a lower number comes first.
    assert.equal((await ask('/img/x', { host: 'old.example.com' })).body, 'images /img/x')
    const answered = await ask('/closed')
    assert.deepEqual([answered.status, answered.body], [410, 'closed for good'])

    const trials = await Promise.all(Array.from({ length: 40 }, () => ask('/t', { 'x-trial': '1' })))
    assert.deepEqual([...new Set(trials.map(({ body }) => body))].sort(), ['blue /t', 'green /t'])
    const [first] = trials
    const cookie = (first?.cookies ?? []).map(line => line.split(';')[0]).join('; ')
    assert.match(cookie, /^AWSALBTG=/)
    for (let again = 0; again < 10; again++)
      assert.equal((await ask('/t', { 'x-trial': '1', cookie })).body, first?.body)
  }

  // From when these answer, every zone works by the new rules.
  await client.send(
    new elb.ModifyRuleCommand({ RuleArn: weighted, Actions: [{ Type: 'forward', TargetGroupArn: green }] }),
  )
  await client.send(new elb.DeleteRuleCommand({ RuleArn: closed }))
  for (const address of addresses) {
    const ask = asker(address, port)
    const trials = await Promise.all(Array.from({ length: 20 }, () => ask('/t', { 'x-trial': '1' })))
    assert.deepEqual([...new Set(trials.map(({ body }) => body))], ['green /t'])
    assert.equal((await ask('/closed')).body, 'site /closed')
  }

  // A port that its security group does not open lets nobody in.
  await client.send(new elb.ModifyListenerCommand({ ListenerArn, Port: everport.ports.web }))
  for (const address of addresses) {
    await assert.rejects(asker(address, everport.ports.web)('/'), /socket hang up|ECONNRESET|EPIPE/)
    await assert.rejects(asker(address, port)('/'), /ECONNREFUSED/)
  }
})
