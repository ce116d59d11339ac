// How many calls of the AWS APIs one core of control answers, signed and verified: DescribeTargetGroups of ten, CreateTargetGroup until it is
// on the disk; then, with 3,000 target groups and a full zone of 10,000 record sets, how long a start takes and how soon DNS answers a changed record.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import * as r53 from '@aws-sdk/client-route-53'
import { benchContext, percentile, report } from './report.ts'

const connections = 16
const describeCount = 4_000
const groupsMax = 3_000
const timedCreates = 1_000
/** A zone may have 10,000, and has some from the start. */
const recordSets = 9_990
const recordSetsABatch = 333
const flips = 30

interface SignedRequest {
  readonly headers: Record<string, string>
  readonly body: string
}

interface Control {
  readonly settings: {
    readonly region: string
    readonly endpoint: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  readonly pid: number
  readonly port: number
  readonly dnsPort: number
  readonly startMs: number
  stop(): Promise<void>
}

const bench = benchContext()
try {
  await run()
} finally {
  await bench.end()
}

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-aws-'))
  bench.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  let control = await start(folder)
  bench.after(() => control.stop())
  const client = new elb.ElasticLoadBalancingV2Client(control.settings)
  const vpcs = await new EC2Client(control.settings).send(new DescribeVpcsCommand({}))
  const VpcId = vpcs.Vpcs?.[0]?.VpcId
  const create = (at: number) =>
    new elb.CreateTargetGroupCommand({ Name: `group-${at}`, Protocol: 'TCP', Port: 9_996, VpcId })

  const TargetGroupArns: string[] = []
  for (let at = 0; at < 10; at++) {
    const { TargetGroups } = await client.send(create(at))
    TargetGroupArns.push(TargetGroups?.[0]?.TargetGroupArn ?? '')
  }
  // One signed request counts for a quarter of an hour: the client's signing is not what is measured.
  const describe = await signed(control, new elb.DescribeTargetGroupsCommand({ TargetGroupArns }))
  await fire(
    control,
    Array.from({ length: 500 }, () => describe),
  )
  const described = await fire(
    control,
    Array.from({ length: describeCount }, () => describe),
  )

  const creations: SignedRequest[] = []
  for (let at = 10; at < groupsMax; at++) creations.push(await signed(control, create(at)))
  const created = await fire(control, creations.slice(0, timedCreates))
  await fire(control, creations.slice(timedCreates))

  const zoneId = await fillZone(control)
  await control.stop()
  control = await start(folder)
  const flipMs = await timeFlips(control, zoneId)

  const perCore = (measured: Measured): number => measured.count / measured.cpuSeconds
  report(
    'AWS APIs, signatures verified, 16 connections',
    ['', 'a second', 'a second of one core', 'p99 ms'],
    [
      [
        'DescribeTargetGroups of 10',
        Math.round(described.count / described.seconds),
        Math.round(perCore(described)),
        described.p99Ms.toFixed(1),
      ],
      [
        'CreateTargetGroup, durable',
        Math.round(created.count / created.seconds),
        Math.round(perCore(created)),
        created.p99Ms.toFixed(1),
      ],
      [
        `start with ${groupsMax} groups and ${recordSets} record sets`,
        `${Math.round(control.startMs)} ms`,
        '',
        '',
      ],
      [
        'a changed record is answered',
        `p50 ${percentile(flipMs, 50).toFixed(0)} ms`,
        '',
        percentile(flipMs, 99).toFixed(0),
      ],
    ],
    [
      ['aws_describe_target_groups', described.count / described.seconds, 'requests/s'],
      ['aws_describe_target_groups_per_core', perCore(described), 'requests/s'],
      ['aws_create_target_group', created.count / created.seconds, 'requests/s'],
      ['aws_start_3000_groups_10000_records', control.startMs, 'ms'],
      ['aws_record_change_to_answer_p50', percentile(flipMs, 50), 'ms'],
      ['aws_record_change_to_answer_p99', percentile(flipMs, 99), 'ms'],
    ],
  )
}

async function start(folder: string): Promise<Control> {
  const [port, dnsPort, metricsPort] = [18_400, 18_453, 18_454]
  const file = join(folder, 'topology.yaml')
  writeFileSync(join(folder, 'catalog.sql'), '')
  writeFileSync(
    file,
    `name: bench\ndomain: bench.test\ncatalog: catalog.sql\nclusters: []\ncontrol: { port: ${port} }\ndns: { port: ${dnsPort}, metricsPort: ${metricsPort} }\n`,
  )
  const state = join(folder, 'state')
  const startedAt = performance.now()
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'up', file, '--state', state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await healthy(child)
  const startMs = performance.now() - startedAt
  const text = readFileSync(join(state, 'aws-credentials'), 'utf8')
  const value = (name: string): string => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return {
    settings: {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: {
        accessKeyId: value('aws_access_key_id'),
        secretAccessKey: value('aws_secret_access_key'),
      },
    },
    pid: Number(readFileSync(join(state, 'run', 'control.pid'), 'utf8')),
    port,
    dnsPort,
    startMs,
    async stop() {
      if (child.exitCode !== null) return
      const ended = new Promise(resolveEnd => child.once('exit', resolveEnd))
      child.kill('SIGINT')
      await ended
    },
  }
}

function healthy(child: ChildProcess): Promise<void> {
  return new Promise((resolveHealthy, reject) => {
    let output = ''
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('All healthy')) resolveHealthy()
    })
    child.once('exit', code => reject(new Error(`everport up ended with ${code}:\n${output}`)))
  })
}

/** What the SDK would send, caught before it is sent. */
async function signed(
  { settings }: Control,
  command: elb.CreateTargetGroupCommand | elb.DescribeTargetGroupsCommand,
): Promise<SignedRequest> {
  let caught: SignedRequest | undefined
  const client = new elb.ElasticLoadBalancingV2Client({
    ...settings,
    maxAttempts: 1,
    requestHandler: {
      handle: async (sent: { headers: Record<string, string>; body: string }) => {
        caught = { headers: { ...sent.headers }, body: sent.body }
        throw new Error('caught')
      },
    } as never,
  })
  await client.send(command as elb.DescribeTargetGroupsCommand).catch(() => undefined)
  assert.ok(caught)
  return caught
}

interface Measured {
  readonly count: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly p99Ms: number
}

async function fire(control: Control, requests: readonly SignedRequest[]): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const [cpuBefore, from] = [cpuSecondsOf(control.pid), performance.now()]
  const times: number[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let one = requests[next++]; one !== undefined; one = requests[next++]) {
      const at = performance.now()
      assert.equal(await send(agent, control.port, one), 200)
      times.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
  return {
    count: requests.length,
    seconds: (performance.now() - from) / 1_000,
    cpuSeconds: cpuSecondsOf(control.pid) - cpuBefore,
    p99Ms: percentile(
      times.sort((a, b) => a - b),
      99,
    ),
  }
}

function send(agent: Agent, port: number, { headers, body }: SignedRequest): Promise<number | undefined> {
  return new Promise((resolveSend, reject) => {
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/', headers, agent }, response => {
      response.resume()
      response.on('end', () => resolveSend(response.statusCode))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** User and system time of a process; Linux counts in hundredths of a second (proc(5)). */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function fillZone({ settings }: Control): Promise<string> {
  const client = new r53.Route53Client(settings)
  const { HostedZones = [] } = await client.send(new r53.ListHostedZonesCommand({}))
  const HostedZoneId = HostedZones[0]?.Id ?? ''
  const batch = recordSetsABatch
  for (let from = 0; from < recordSets; from += batch) {
    const Changes = Array.from({ length: batch }, (_, at) => change(`name-${from + at}`, '192.0.2.1'))
    await client.send(new r53.ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }))
  }
  return HostedZoneId
}

function change(name: string, Value: string): r53.Change {
  return {
    Action: 'UPSERT',
    ResourceRecordSet: { Name: `${name}.bench.test`, Type: 'A', TTL: 0, ResourceRecords: [{ Value }] },
  }
}

/** From the answer of ChangeResourceRecordSets, which is durable, to the first DNS answer that has the change. */
async function timeFlips(control: Control, HostedZoneId: string): Promise<number[]> {
  const client = new r53.Route53Client(control.settings)
  const { Resolver } = await import('node:dns/promises')
  const resolver = new Resolver({ timeout: 1_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${control.dnsPort}`])
  const times: number[] = []
  for (let at = 0; at < flips; at++) {
    const value = `192.0.2.${at + 2}`
    await client.send(
      new r53.ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes: [change('name-7', value)] },
      }),
    )
    const from = performance.now()
    while ((await resolver.resolve4('name-7.bench.test'))[0] !== value)
      await new Promise(turn => setImmediate(turn))
    times.push(performance.now() - from)
  }
  return times.sort((a, b) => a - b)
}
