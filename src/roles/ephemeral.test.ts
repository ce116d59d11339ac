import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  CreateTargetGroupCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { requestLimits } from '../aws/protocols/request-limits.ts'
import { silentLog } from '../base/log.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { type RunningEphemeral, startEphemeral } from './ephemeral.ts'

async function start(t: TestContext, allowsAnyCredentials: boolean): Promise<RunningEphemeral> {
  const running = await startEphemeral({
    at: { address: '127.0.0.1', port: 0 },
    accountId: '999999999999',
    region: 'eu-west-1',
    allowsAnyCredentials,
    clock: systemClock,
    random: systemRandom(),
    network: systemNetwork,
    log: silentLog,
  })
  t.after(() => running.stop())
  return running
}

function settings({ at, key }: RunningEphemeral) {
  return {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${at.port}`,
    maxAttempts: 1,
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secret },
  }
}

interface Reply {
  readonly status: number | undefined
  readonly body: string
}

function post(
  port: number,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, response => {
      let text = ''
      response.on('data', (data: Buffer) => void (text += data.toString()))
      response.on('end', () => resolve({ status: response.statusCode, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('a fresh account has a network, and a reset brings it back', async t => {
  const running = await start(t, false)
  const [ec2, elb] = [new EC2Client(settings(running)), new ElasticLoadBalancingV2Client(settings(running))]
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}))
  assert.deepEqual(
    Vpcs?.map(({ IsDefault, OwnerId }) => [IsDefault, OwnerId]),
    [[true, '999999999999']],
  )
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  assert.ok(Subnets.every(({ AvailabilityZone }) => AvailabilityZone?.startsWith('eu-west-1')))
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name: 'x', Protocol: 'TCP', Port: 1, VpcId: Vpcs?.[0]?.VpcId }),
  )
  assert.match(
    TargetGroups?.[0]?.TargetGroupArn ?? '',
    /^arn:aws:elasticloadbalancing:eu-west-1:999999999999:/,
  )
  assert.equal(
    (await post(running.at.port, '/_everport/reset', { origin: 'https://example.org' }, '')).status,
    501,
  )
  assert.equal((await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.length, 1)
  assert.equal((await post(running.at.port, '/_everport/reset', {}, '')).status, 200)
  assert.deepEqual((await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups, [])
  assert.deepEqual((await ec2.send(new DescribeVpcsCommand({}))).Vpcs, Vpcs)
})

test('over HTTP: unsigned, oversized and malformed requests are refused, and any credentials are taken only when told', async t => {
  const strict = (await start(t, false)).at.port
  const open = (await start(t, true)).at.port
  const limits = 'Action=DescribeAccountLimits&Version=2015-12-01'
  assert.equal((await post(strict, '/', form, limits)).status, 403)
  assert.equal((await post(open, '/', form, limits)).status, 200)
  const stranger = `AWS4-HMAC-SHA256 Credential=test/20300101/us-west-2/elasticloadbalancing/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`
  const signed = { ...form, authorization: stranger, 'x-amz-date': '20300101T000000Z' }
  assert.equal((await post(strict, '/', signed, limits)).status, 403)
  assert.equal((await post(open, '/', signed, limits)).status, 200)
  const large = await post(open, '/', form, Buffer.alloc(requestLimits.bodyBytesMax + 10, 'a'))
  assert.equal(large.status, 413)
  assert.match(large.body, /RequestEntityTooLarge/)
  assert.equal((await post(open, '/2013-04-01/hostedzone', {}, '<a>')).status, 400)
  assert.equal((await post(open, '/2013-04-01/nonsense', {}, '')).status, 404)
})
