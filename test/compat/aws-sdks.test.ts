import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as ec2 from '@aws-sdk/client-ec2'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import * as route53 from '@aws-sdk/client-route-53'
import { requireTool } from '../required-tool.ts'
import { ephemeralAccount } from './ephemeral-account.ts'

interface Account {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

async function account(t: TestContext): Promise<Account> {
  const running = await ephemeralAccount(t)
  const { accessKeyId, secret } = running.key
  return { endpoint: `http://127.0.0.1:${running.at.port}`, accessKeyId, secretAccessKey: secret }
}

/** Everything that a paginator gives, and in how many pages. */
async function all<P, T>(
  pages: AsyncIterable<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<[pages: number, items: T[]]> {
  const items: T[] = []
  let count = 0
  for await (const page of pages) {
    count++
    items.push(...(itemsOf(page) ?? []))
  }
  return [count, items]
}

const userData = Buffer.from('catalogFile: /catalog.sql').toString('base64')

test('the JavaScript SDK, with its waiters and paginators', { timeout: 180_000 }, async t => {
  const { endpoint, accessKeyId, secretAccessKey } = await account(t)
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } }
  const machines = new ec2.EC2Client(settings)
  const balancers = new elbv2.ElasticLoadBalancingV2Client(settings)
  const names = new route53.Route53Client(settings)
  const groups = new autoScaling.AutoScalingClient(settings)
  t.after(() => [machines, balancers, names, groups].forEach(client => client.destroy()))
  const waiting = { maxWaitTime: 120, minDelay: 1, maxDelay: 1 }

  await t.test('EC2', async () => {
    const run = { ImageId: 'everport-node', MinCount: 3, MaxCount: 3, UserData: userData }
    const { Instances = [] } = await machines.send(new ec2.RunInstancesCommand(run))
    const InstanceIds = Instances.map(({ InstanceId = '' }) => InstanceId)
    await ec2.waitUntilInstanceRunning({ client: machines, ...waiting }, { InstanceIds })
    await ec2.waitUntilInstanceStatusOk({ client: machines, ...waiting }, { InstanceIds })
    const [pages, found] = await all(
      ec2.paginateDescribeInstances({ client: machines, pageSize: 1 }, {}),
      page => page.Reservations?.flatMap(reservation => reservation.Instances ?? []),
    )
    assert.deepEqual([pages, new Set(found.map(({ InstanceId }) => InstanceId))], [3, new Set(InstanceIds)])
    await machines.send(new ec2.TerminateInstancesCommand({ InstanceIds }))
    await ec2.waitUntilInstanceTerminated({ client: machines, ...waiting }, { InstanceIds })
    await assert.rejects(
      machines.send(new ec2.DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] })),
      (error: ec2.EC2ServiceException) =>
        error.name === 'InvalidInstanceID.NotFound' && error.$metadata.httpStatusCode === 400,
    )
  })

  await t.test('Elastic Load Balancing', async () => {
    const { Subnets = [] } = await machines.send(new ec2.DescribeSubnetsCommand({}))
    const [{ SubnetId = '', VpcId } = {}] = Subnets
    for (const name of ['a', 'b', 'c'])
      await balancers.send(
        new elbv2.CreateTargetGroupCommand({ Name: name, Protocol: 'TCP', Port: 9996, VpcId }),
      )
    const [pages, found] = await all(
      elbv2.paginateDescribeTargetGroups({ client: balancers }, { PageSize: 2 }),
      page => page.TargetGroups,
    )
    assert.deepEqual([pages, found.map(({ TargetGroupName }) => TargetGroupName)], [2, ['a', 'b', 'c']])
    const made = await balancers.send(
      new elbv2.CreateLoadBalancerCommand({ Name: 'lb', Type: 'network', Subnets: [SubnetId] }),
    )
    const LoadBalancerArns = (made.LoadBalancers ?? []).map(({ LoadBalancerArn = '' }) => LoadBalancerArn)
    await elbv2.waitUntilLoadBalancerAvailable({ client: balancers, ...waiting }, { LoadBalancerArns })
    await assert.rejects(
      balancers.send(new elbv2.DescribeLoadBalancersCommand({ Names: ['none'] })),
      elbv2.LoadBalancerNotFoundException,
    )
  })

  await t.test('Route 53', async () => {
    for (const name of ['a.test.net', 'b.test.net', 'c.test.net'])
      await names.send(new route53.CreateHostedZoneCommand({ Name: name, CallerReference: name }))
    const [pages, zones] = await all(
      route53.paginateListHostedZones({ client: names, pageSize: 2 }, {}),
      page => page.HostedZones,
    )
    assert.deepEqual([pages, zones.length], [2, 3])
    const ResourceRecordSet = {
      Name: 'www.a.test.net',
      Type: 'A' as const,
      TTL: 60,
      ResourceRecords: [{ Value: '127.0.0.1' }],
    }
    const HostedZoneId = zones.find(({ Name }) => Name === 'a.test.net.')?.Id ?? ''
    const create = new route53.ChangeResourceRecordSetsCommand({
      HostedZoneId,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
    })
    const { ChangeInfo } = await names.send(create)
    await route53.waitUntilResourceRecordSetsChanged(
      { client: names, ...waiting },
      { Id: ChangeInfo?.Id ?? '' },
    )
    await assert.rejects(names.send(create), (error: route53.InvalidChangeBatch) => {
      assert.ok(error instanceof route53.InvalidChangeBatch)
      assert.deepEqual(error.messages, [
        "Tried to create resource record set [name='www.a.test.net.', type='A'] but it already exists",
      ])
      return true
    })
  })

  await t.test('Auto Scaling', async () => {
    const launch = { LaunchConfigurationName: 'node', ImageId: 'everport-node', UserData: userData }
    await groups.send(new autoScaling.CreateLaunchConfigurationCommand(launch))
    for (const AutoScalingGroupName of ['x', 'y', 'z'])
      await groups.send(
        new autoScaling.CreateAutoScalingGroupCommand({
          AutoScalingGroupName,
          LaunchConfigurationName: 'node',
          MinSize: 0,
          MaxSize: 2,
          AvailabilityZones: ['us-east-1a'],
        }),
      )
    const [pages, found] = await all(
      autoScaling.paginateDescribeAutoScalingGroups({ client: groups, pageSize: 2 }, {}),
      page => page.AutoScalingGroups,
    )
    assert.deepEqual([pages, found.map(group => group.AutoScalingGroupName)], [2, ['x', 'y', 'z']])
    await assert.rejects(
      groups.send(new autoScaling.CreateLaunchConfigurationCommand(launch)),
      autoScaling.AlreadyExistsFault,
    )
  })
})

/** Where .ci/run puts packages of PyPI; see CONTRIBUTING.md. */
const pythonPackages = resolve('.clients/python')

test('boto3, with its waiters and paginators', { timeout: 120_000 }, async t => {
  if (!requireTool(t, 'python3')) return
  if (!existsSync(`${pythonPackages}/boto3`)) {
    const reason = 'needs boto3: python3 -m pip install --target .clients/python boto3'
    if (process.env['EVERPORT_REQUIRE_TOOLS'] === '1') throw new Error(reason)
    t.skip(reason)
    return
  }
  const { endpoint, accessKeyId, secretAccessKey } = await account(t)
  const { stdout } = await promisify(execFile)('python3', [resolve('test/compat/boto3-steps.py'), endpoint], {
    env: {
      PATH: process.env['PATH'] ?? '',
      PYTHONPATH: pythonPackages,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
    },
  })
  assert.match(stdout, /^boto3 \S+\nsts\nec2\nelbv2\nroute53\nautoscaling\n$/)
  t.diagnostic(stdout.split('\n')[0] ?? '')
})
