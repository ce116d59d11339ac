import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { clientSettings } from './aws-client.ts'
import { eventually, startEverport } from './everport.ts'

/** A server that says its name to whoever connects. */
async function greeter(t: TestContext, name: string): Promise<number> {
  const server = createServer(socket => socket.on('error', () => undefined).end(name))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return (server.address() as { port: number }).port
}

function greeting(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, host)
    socket.on('data', data => void (text += data.toString()))
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}

async function refusal(pending: Promise<unknown>): Promise<string> {
  return pending.then(
    () => 'no error',
    (error: Error) => error.name,
  )
}

test('what the API makes runs: a load balancer balances, answers by name, deregisters at once, outlives a new topology', async t => {
  const everport = await startEverport(t)
  const settings = clientSettings(everport)
  const [client, ec2] = [new elb.ElasticLoadBalancingV2Client(settings), new EC2Client(settings)]

  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  )
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
  const VpcId = Vpcs[0]?.VpcId
  assert.ok((await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups?.length)
  const names = ['one', 'two']
  const targets = await Promise.all(names.map(name => greeter(t, name)))
  const Targets = targets.map(Port => ({ Id: '127.0.0.1', Port, AvailabilityZone: 'all' }))
  const port = everport.ports.odbc

  const { LoadBalancers } = await client.send(
    new elb.CreateLoadBalancerCommand({
      Name: 'made',
      Type: 'network',
      Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    }),
  )
  const [made] = LoadBalancers ?? []
  const { TargetGroups } = await client.send(
    new elb.CreateTargetGroupCommand({
      Name: 'greeters',
      Protocol: 'TCP',
      Port: port,
      VpcId,
      TargetType: 'ip',
    }),
  )
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn
  await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets }))
  await client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: made?.LoadBalancerArn,
      Protocol: 'TCP',
      Port: port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  )
  const wait = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
  await elb.waitUntilLoadBalancerAvailable(wait, { Names: ['made'] })
  await elb.waitUntilTargetInService(wait, { TargetGroupArn })

  const addresses = (made?.AvailabilityZones ?? []).map(
    zone => zone.LoadBalancerAddresses?.[0]?.IpAddress ?? '',
  )
  assert.equal(addresses.length, 2)
  for (const address of addresses) {
    const heard = await Promise.all(Array.from({ length: 20 }, () => greeting(address, port)))
    assert.deepEqual([...new Set(heard)].sort(), names)
  }
  await eventually(
    'its name answers its addresses',
    30_000,
    () => everport.dns(made?.DNSName),
    answer => answer.join() === [...addresses].sort().join(),
  )

  // From when DeregisterTargets answers, nobody new comes to that target.
  await client.send(new elb.DeregisterTargetsCommand({ TargetGroupArn, Targets: Targets.slice(0, 1) }))
  const heard = await Promise.all(
    addresses.flatMap(address => Array.from({ length: 20 }, () => greeting(address, port))),
  )
  assert.deepEqual([...new Set(heard)], ['two'])

  // The topology file goes on to say what is its own, and nothing else.
  const text = readFileSync(everport.topologyFile, 'utf8')
  writeFileSync(everport.topologyFile, `${text}\nlimits: { connections: 900 }\n`)
  await eventually(
    'the file is applied',
    30_000,
    async () => (await fetch(`http://127.0.0.1:${everport.ports.control}/metrics`)).text(),
    body => /everport_topology_applied 2/.test(body),
  )
  const after = await client.send(new elb.DescribeLoadBalancersCommand({}))
  assert.deepEqual(after.LoadBalancers?.map(({ LoadBalancerName }) => LoadBalancerName).sort(), [
    'active',
    'made',
    'passive',
  ])

  // What the file made, the API shows with its health, and changes.
  const odbc = await client.send(new elb.DescribeTargetGroupsCommand({ Names: ['active-odbc'] }))
  const health = await client.send(
    new elb.DescribeTargetHealthCommand({ TargetGroupArn: odbc.TargetGroups?.[0]?.TargetGroupArn }),
  )
  assert.ok(
    health.TargetHealthDescriptions?.every(({ TargetHealth }) => TargetHealth?.State === 'healthy'),
    JSON.stringify(health),
  )

  await client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn: made?.LoadBalancerArn }))
  await eventually(
    'nobody listens',
    30_000,
    () => refusal(greeting(addresses[0] ?? '', port)),
    outcome => outcome !== 'no error',
  )
  await client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn }))

  const stranger = new elb.ElasticLoadBalancingV2Client({
    ...settings,
    credentials: { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' },
  })
  assert.equal(await refusal(stranger.send(new elb.DescribeLoadBalancersCommand({}))), 'InvalidClientTokenId')
})
