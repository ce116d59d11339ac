// From the death of what a health check probes to the first answer that leads elsewhere, in real time: npm run bench -- dns-failover [ROUNDS]
// What a resolver goes on answering from its cache, for the record's TTL, comes on top.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pause } from '../src/base/clock.ts'
import { systemClock } from '../src/io/clock.ts'
import { recordSetKey } from '../src/resources/dns.ts'
import {
  type HealthCheckDocument,
  type HealthStatus,
  healthCheckKey,
  healthCheckTags as tags,
} from '../src/resources/health-checks.ts'
import { type TopologySettings, topologySettingsKey } from '../src/resources/topology-settings.ts'
import { openJournalStore } from '../src/store/journal-store.ts'
import type { Change, Store } from '../src/store/store.ts'
import { type Everport, eventually, startEverport } from '../test/system/everport.ts'
import { benchContext, percentile, report } from './report.ts'

const rounds = Number(process.argv[2] ?? 10)

interface Setting {
  readonly key: string
  readonly title: string
  readonly rounds: number
  readonly deadlineMs: number
  readonly config: { readonly RequestInterval?: number; readonly FailureThreshold?: number }
  readonly tags: Readonly<Record<string, string>>
}

const fast = (intervalMs: number): Pick<Setting, 'config' | 'tags'> => ({
  config: { FailureThreshold: 2 },
  tags: { [tags.intervalMilliseconds]: String(intervalMs), [tags.immediateReprobe]: 'true' },
})

const settings: readonly Setting[] = [
  { key: '200ms', title: '200 ms, 2 failures, re-probe at once', rounds, deadlineMs: 10_000, ...fast(200) },
  { key: '1s', title: '1 s, 2 failures, re-probe at once', rounds, deadlineMs: 20_000, ...fast(1_000) },
  {
    key: 'aws',
    title: 'as AWS: 30 s, 3 failures',
    rounds: 1,
    deadlineMs: 150_000,
    config: { RequestInterval: 30, FailureThreshold: 3 },
    tags: {},
  },
]

const context = benchContext()
try {
  const everport = await startEverport(context)
  const store = await openJournalStore(join(everport.stateDir, 'store'), { clock: systemClock })
  context.after(() => store.close())
  // A vantage point that sees everything fail doubts itself: one endpoint lives on.
  const bystander = await endpoint()
  await put(store, [checkDocument('bystander', bystander.port, settings[0] as Setting)])
  const rows: (string | number)[][] = []
  const figures: [string, number, string][] = []
  for (const setting of settings) {
    const seconds: number[] = []
    for (let round = 0; round < setting.rounds; round++)
      seconds.push((await measure(everport, store, setting, round)) / 1_000)
    seconds.sort((a, b) => a - b)
    const [p50, max] = [percentile(seconds, 50), percentile(seconds, 100)]
    rows.push([setting.title, setting.rounds, p50.toFixed(3), max.toFixed(3)])
    figures.push([`dns_failover_${setting.key}_p50`, p50, 's'], [`dns_failover_${setting.key}_max`, max, 's'])
  }
  report(
    'seconds from kill -9 to the first right answer, by health check; two vantage points vote',
    ['health check', 'rounds', 'p50', 'max'],
    rows,
    figures,
  )
} finally {
  await context.end()
}

/** A name of its own for each round: none has a history. */
async function measure(everport: Everport, store: Store, setting: Setting, round: number): Promise<number> {
  const label = `${setting.key}-${round}`
  const { child, port } = await endpoint()
  await put(store, [checkDocument(label, port, setting), ...recordSets(store, label)])
  const { domain } = settingsOf(store)
  await eventually(
    'every name server has an opinion, and the primary is answered',
    setting.deadlineMs,
    async () => isChecked(store, label) && (await everport.dns(`${label}.${domain}`))[0] === '192.0.2.1',
    isReady => isReady,
  )
  // Anywhere between two probes.
  await pause(systemClock, Math.random() * Math.min(1_000, setting.deadlineMs / 20))
  child.kill('SIGKILL')
  const began = systemClock.now()
  while ((await everport.dns(`${label}.${domain}`))[0] !== '192.0.2.2') {
    if (systemClock.now() - began > setting.deadlineMs) throw new Error(`${label}: no switch in time`)
    await pause(systemClock, 5)
  }
  return systemClock.now() - began
}

/** A process that accepts connections, to be killed. */
async function endpoint(): Promise<{ child: ChildProcess; port: number }> {
  const program = `require('net').createServer(s => s.on('error', () => {}).resume()).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(said.toString()) }
}

function settingsOf(store: Store): TopologySettings {
  const found = store.read().get<TopologySettings>(topologySettingsKey)?.value
  if (found === undefined) throw new Error('no topology is applied')
  return found
}

function checkDocument(Id: string, Port: number, { config, tags: Tags }: Setting): Change {
  const value: HealthCheckDocument = {
    HealthCheck: {
      Id,
      CallerReference: Id,
      HealthCheckVersion: 1,
      HealthCheckConfig: { Type: 'TCP', IPAddress: '127.0.0.1', Port, ...config },
    },
    Tags,
  }
  return { key: healthCheckKey(Id), value }
}

function recordSets(store: Store, label: string): Change[] {
  const { hostedZoneId, domain } = settingsOf(store)
  const Name = `${label}.${domain}.`
  return (['PRIMARY', 'SECONDARY'] as const).map(Failover => ({
    key: recordSetKey(hostedZoneId, Name, 'A', Failover),
    value: {
      ResourceRecordSet: {
        Name,
        Type: 'A',
        SetIdentifier: Failover,
        Failover,
        TTL: 1,
        ResourceRecords: [{ Value: Failover === 'PRIMARY' ? '192.0.2.1' : '192.0.2.2' }],
        ...(Failover === 'PRIMARY' ? { HealthCheckId: label } : {}),
      },
    },
  }))
}

/** A new health check counts as healthy until it was probed. */
function isChecked(store: Store, id: string): boolean {
  const opinions = store.read().list<HealthStatus>('status/health/')
  return opinions.length > 1 && opinions.every(({ value }) => value.opinions[id]?.opinion === 'healthy')
}

async function put(store: Store, changes: readonly Change[]): Promise<void> {
  await store.commit([], changes)
}
