import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import type { RunningEphemeral } from '../../src/roles/ephemeral.ts'
import { requireTool } from '../required-tool.ts'
import { ephemeralAccount } from './ephemeral-account.ts'

const run = promisify(execFile)
/** Debian's, where there is another beside it. */
const program = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws'

interface Cli {
  (...args: string[]): Promise<string>
  readonly refusal: (...args: string[]) => Promise<string>
}

function awsCli(t: TestContext, { at, key }: RunningEphemeral, secret = key.secret): Cli {
  const home = mkdtempSync(join(tmpdir(), 'everport-awscli-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  }
  const options = ['--endpoint-url', `http://${at.address}:${at.port}`, '--output', 'text']
  const call = async (...args: string[]): Promise<string> =>
    (await run(program, [...options, ...args], { env })).stdout.trim()
  const refusal = (...args: string[]): Promise<string> =>
    call(...args).then(
      output => `no error: ${output}`,
      (error: { stderr?: string }) => error.stderr ?? '',
    )
  return Object.assign(call, { refusal })
}

test('Debian’s aws CLI: a load balancer from nothing to healthy targets and back, with waiters and pages', async t => {
  if (!requireTool(t, 'aws')) return
  const aws = awsCli(t, await ephemeralAccount(t))
  const zones = 'Name=availability-zone,Values=us-east-1a,us-east-1b'
  const subnets = (
    await aws('ec2', 'describe-subnets', '--filters', zones, '--query', 'Subnets[].SubnetId')
  ).split(/\s+/)
  assert.equal(subnets.length, 2)
  const vpc = await aws('ec2', 'describe-vpcs', '--query', 'Vpcs[0].VpcId')
  assert.equal(await aws('sts', 'get-caller-identity', '--query', 'Account'), '123456789012')
  const elb = (...args: string[]): Promise<string> => aws('elbv2', ...args)
  const lb = await elb(
    'create-load-balancer',
    '--name',
    'cli',
    '--type',
    'network',
    '--subnets',
    ...subnets,
    '--tags',
    'Key=stage,Value=test',
    '--query',
    'LoadBalancers[0].LoadBalancerArn',
  )
  assert.match(
    lb,
    /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/net\/cli\/[0-9a-f]{16}$/,
  )
  const tg = await elb(
    'create-target-group',
    '--name',
    'odbc',
    '--protocol',
    'TCP',
    '--port',
    '9996',
    '--target-type',
    'ip',
    '--vpc-id',
    vpc,
    '--query',
    'TargetGroups[0].TargetGroupArn',
  )
  await elb(
    'register-targets',
    '--target-group-arn',
    tg,
    '--targets',
    'Id=127.0.16.20',
    'Id=127.0.16.20,Port=9999',
  )
  const listener = await elb(
    'create-listener',
    '--load-balancer-arn',
    lb,
    '--protocol',
    'TCP',
    '--port',
    '9996',
    '--default-actions',
    `Type=forward,TargetGroupArn=${tg}`,
    '--query',
    'Listeners[0].ListenerArn',
  )
  await elb('wait', 'load-balancer-available', '--load-balancer-arns', lb)
  await elb('wait', 'target-in-service', '--target-group-arn', tg)
  assert.equal(
    await elb(
      'describe-target-health',
      '--target-group-arn',
      tg,
      '--query',
      'TargetHealthDescriptions[].TargetHealth.State',
    ),
    'healthy\thealthy',
  )
  await elb(
    'modify-target-group-attributes',
    '--target-group-arn',
    tg,
    '--attributes',
    'Key=deregistration_delay.timeout_seconds,Value=0',
  )
  await elb('modify-listener', '--listener-arn', listener, '--port', '9997')
  assert.equal(
    await elb('describe-listeners', '--load-balancer-arn', lb, '--query', 'Listeners[].Port'),
    '9997',
  )
  assert.equal(
    await elb('describe-tags', '--resource-arns', lb, '--query', 'TagDescriptions[].Tags[].Value'),
    'test',
  )
  await elb('deregister-targets', '--target-group-arn', tg, '--targets', 'Id=127.0.16.20')
  await elb('delete-load-balancer', '--load-balancer-arn', lb)
  await elb('wait', 'load-balancers-deleted', '--load-balancer-arns', lb)
  await elb('delete-target-group', '--target-group-arn', tg)
})

test('Debian’s aws CLI shows what is refused, by AWS’s code and sentence', async t => {
  if (!requireTool(t, 'aws')) return
  const running = await ephemeralAccount(t)
  const aws = awsCli(t, running)
  const refusals: [Promise<string>, RegExp][] = [
    [
      aws.refusal('elbv2', 'describe-target-groups', '--names', 'nobody'),
      /\(TargetGroupNotFound\) when calling the DescribeTargetGroups operation.*: One or more target groups not found/,
    ],
    [
      aws.refusal('elbv2', 'create-target-group', '--name', 'x', '--port', '70000'),
      /\(ValidationError\).*Value '70000' at 'port' failed to satisfy constraint/,
    ],
    [aws.refusal('route53', 'get-hosted-zone', '--id', 'ZNOBODY'), /\(NoSuchHostedZone\)/],
    [
      aws.refusal('ec2', 'describe-instances', '--instance-ids', 'i-00000000000000000'),
      /\(InvalidInstanceID\.NotFound\)/,
    ],
    [awsCli(t, running, 'guessed').refusal('elbv2', 'describe-load-balancers'), /\(SignatureDoesNotMatch\)/],
  ]
  for (const [pending, expected] of refusals) assert.match(await pending, expected)
})
