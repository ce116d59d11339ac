import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { sdkCalls } from '../../src/cli/sdk-calls.ts'
import type { Call } from '../../src/provision/calls.ts'
import { examine } from '../../src/provision/doctor/examine.ts'
import { observe } from '../../src/provision/doctor/observe.ts'
import { awsCliScript } from '../../src/provision/export/aws-cli.ts'
import type { Wanted } from '../../src/provision/wanted.ts'
import { wantedIn } from '../../src/testing/wanted-topology.ts'
import { requireTool } from '../required-tool.ts'
import { ephemeralAccount } from './ephemeral-account.ts'

const run = promisify(execFile)
const awsProgram = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws'
const example = readFileSync('examples/active-passive.yaml', 'utf8')

interface Account {
  readonly call: Call
  /** Runs a script for bash whose `aws` is Debian's and speaks to this account. */
  script(text: string): Promise<{ readonly folder: string }>
}

async function account(t: TestContext): Promise<Account> {
  const running = await ephemeralAccount(t, { allowsAnyCredentials: true })
  const url = `http://127.0.0.1:${running.at.port}`
  process.env['AWS_ACCESS_KEY_ID'] = 'anybody'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'nothing'
  const call = sdkCalls({ region: 'us-east-1', url, profile: undefined })
  t.after(() => call.close())
  const folder = mkdtempSync(join(tmpdir(), 'everport-script-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const wrapper = `#!/bin/sh\nexec ${awsProgram} --endpoint-url ${url} "$@"\n`
  writeFileSync(join(folder, 'aws'), wrapper, { mode: 0o755 })
  const env = {
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'anybody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_MAX_ATTEMPTS: '1',
  }
  return {
    call,
    async script(text) {
      writeFileSync(join(folder, 'script.sh'), text)
      await run('bash', ['script.sh'], { cwd: folder, env, maxBuffer: 1 << 24 })
      return { folder }
    },
  }
}

async function makeZone(call: Call, { dns }: Wanted): Promise<void> {
  await call('route53', 'CreateHostedZone', { Name: dns.zone, CallerReference: 'zone' })
}

const timeout = 900_000

test('the script, run as it is, makes what the guide asks for: the doctor finds nothing', {
  timeout,
}, async t => {
  if (!requireTool(t, 'aws')) return
  const { call, script } = await account(t)
  const wanted = wantedIn(example)
  await makeZone(call, wanted)
  await script(awsCliScript(wanted, { catalogFile: '/srv/catalog.sql' }))

  assert.deepEqual(examine(wanted, await observe(call, wanted)), [])
  const { TargetGroups = [] } = await call('elbv2', 'DescribeTargetGroups', {})
  assert.equal(TargetGroups.length, 10)
  const groups = wanted.clusters.flatMap(cluster => cluster.groups)
  for (const { name, port, nodes, healthCheck, attributes } of groups) {
    const made = TargetGroups.find(({ TargetGroupName }) => TargetGroupName === name)
    assert.deepEqual(
      [made?.Port, made?.HealthCheckProtocol?.toLowerCase(), made?.LoadBalancerArns?.length],
      [port, healthCheck.protocol, 1],
      name,
    )
    const at = { TargetGroupArn: made?.TargetGroupArn }
    const { TargetHealthDescriptions = [] } = await call('elbv2', 'DescribeTargetHealth', at)
    assert.equal(TargetHealthDescriptions.length, nodes.length, name)
    const { Attributes = [] } = await call('elbv2', 'DescribeTargetGroupAttributes', at)
    for (const [key, value] of Object.entries(attributes))
      assert.equal(Attributes.find(({ Key }) => Key === key)?.Value, value, `${name} ${key}`)
  }
  const { Reservations = [] } = await call('ec2', 'DescribeInstances', {})
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  assert.deepEqual(instances.map(({ Tags }) => Tags?.find(({ Key }) => Key === 'Name')?.Value ?? '').sort(), [
    'active-a-1',
    'active-b-1',
    'passive-a-1',
    'passive-b-1',
  ])
  const { LoadBalancers = [] } = await call('elbv2', 'DescribeLoadBalancers', { Names: ['active'] })
  for (const { InstanceId, Tags } of instances) {
    if (!Tags?.some(({ Value }) => Value?.startsWith('active'))) continue
    const { UserData } = await call('ec2', 'DescribeInstanceAttribute', {
      InstanceId,
      Attribute: 'userData',
    })
    const { advertisedHost } = JSON.parse(Buffer.from(UserData?.Value ?? '', 'base64').toString()) as {
      advertisedHost: string
    }
    assert.equal(advertisedHost, LoadBalancers[0]?.DNSName)
  }
})

test('where servers are there already, the script writes what to run on each, and they are targets', {
  timeout,
}, async t => {
  if (!requireTool(t, 'aws')) return
  const { call, script } = await account(t)
  const wanted = wantedIn(
    example.replace(
      'role: secondary',
      'role: secondary\n    kind: denodo\n    addresses: [127.0.32.40, 127.0.48.40]',
    ),
  )
  await makeZone(call, wanted)
  const { folder } = await script(awsCliScript(wanted, { catalogFile: '/srv/catalog.sql' }))
  const { LoadBalancers = [] } = await call('elbv2', 'DescribeLoadBalancers', { Names: ['passive'] })
  const nodes = wanted.clusters.find(({ cluster }) => cluster.name === 'passive')?.nodes ?? []
  assert.equal(nodes.length, 2)
  for (const { node } of nodes) {
    const written = readFileSync(join(folder, `configure-${node.name}.sh`), 'utf8')
    assert.ok(written.includes(LoadBalancers[0]?.DNSName ?? 'nobody'))
    assert.ok(!written.includes('@ADVERTISED_HOST@'))
    // It is a script itself.
    await run('bash', ['-n', join(folder, `configure-${node.name}.sh`)])
  }
  const { TargetGroups = [] } = await call('elbv2', 'DescribeTargetGroups', { Names: ['passive-odbc'] })
  const { TargetHealthDescriptions = [] } = await call('elbv2', 'DescribeTargetHealth', {
    TargetGroupArn: TargetGroups[0]?.TargetGroupArn,
  })
  assert.deepEqual(
    TargetHealthDescriptions.map(({ Target }) => Target?.Id),
    ['127.0.32.40', '127.0.48.40'],
  )
})

test('without the hosted zone the script says so, and has made nothing', { timeout }, async t => {
  if (!requireTool(t, 'aws')) return
  const { call, script } = await account(t)
  const text = awsCliScript(wantedIn(example), { catalogFile: '/srv/catalog.sql' })
  await assert.rejects(script(text), (error: Error & { stderr?: string; code?: number }) => {
    assert.deepEqual([error.code, error.stderr], [1, 'There is no hosted zone demo.test.\n'])
    return true
  })
  const { LoadBalancers } = await call('elbv2', 'DescribeLoadBalancers', {})
  const { SecurityGroups = [] } = await call('ec2', 'DescribeSecurityGroups', {})
  assert.deepEqual([LoadBalancers, SecurityGroups.map(({ GroupName }) => GroupName)], [[], ['default']])
})
