import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { every, pause } from '../../src/base/clock.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { type ClientFile, readClientFile } from '../../src/cli/client-file.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { heartbeatIntervalMs } from '../../src/resources/status.ts'
import { statusOwners } from '../../src/resources/status-owners.ts'
import type { NodeView, StatusView } from '../../src/resources/status-view.ts'
import { connectPostgres, type PostgresConnection } from '../../src/sql/client/postgres-connection.ts'
import { everportNames } from '../../src/sql/client/resolve-name.ts'
import type { Row } from '../../src/sql/client/result.ts'
import { openJournalStore } from '../../src/store/journal-store.ts'
import { freePorts } from '../../src/testing/free-ports.ts'
import { statusView } from '../../src/topology/status.ts'

const program = resolve('dist/main.js')
const random = systemRandom()

export interface Everport {
  readonly stateDir: string
  readonly topologyFile: string
  readonly client: ClientFile
  readonly ports: TestPorts
  status(): StatusView
  node(name: string): NodeView
  /** Waits until it holds; fails with the status when it does not in time. */
  until(what: string, holds: (view: StatusView) => boolean, deadlineMs: number): Promise<void>
  /** The process id of a role, which must run. */
  pid(roleName: string): number
  kill(roleName: string, signal?: NodeJS.Signals): void
  /** Runs an `everport` command to its end. */
  command(...args: string[]): Promise<CommandResult>
  /** As a client asks: the servers in turn, or only those given. */
  dns(name?: string, servers?: readonly Endpoint[]): Promise<string[]>
  /** Waits until every DNS server answers the failover name with these addresses. */
  answered(addresses: readonly string[], deadlineMs: number): Promise<void>
  connect(to: Endpoint): Promise<PostgresConnection>
  /** One query on a connection of its own. */
  query(to: Endpoint, sql: string): Promise<readonly Row[]>
  /** Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number | null>
  /** SIGKILL to the agent alone, or to it and every role. */
  killAgent(): Promise<void>
  killEverything(): Promise<void>
  /** Starts again on the same state. */
  restart(): Promise<void>
  output(): string
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface TestPorts {
  readonly runtime: number
  /** One for each node of a cluster. */
  readonly auxiliary: readonly number[]
  readonly odbc: number
  readonly web: number
  readonly dns: number
  readonly control: number
  readonly metrics: number
}

/** A test, or a benchmark: somewhere to hang what must be done at the end. */
export interface CleansUp {
  after(task: () => void | Promise<void>): void
}

const startDeadlineMs = 60_000
const stopDeadlineMs = 60_000
/** A login: milliseconds, where nothing else runs. */
const connectTimeoutMs = 15_000

/**
 * The example topology on ports of its own, so that it disturbs nothing else on this machine; `ofClusters` is one more line of each cluster. Ends
 * with the test.
 */
export async function startEverport(t: CleansUp, ofClusters = ''): Promise<Everport> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-system-'))
  const stateDir = join(folder, 'state')
  const ports = await testPorts()
  const topologyFile = writeTopology(folder, ports, ofClusters)
  let running = launch(topologyFile, stateDir)
  t.after(() => {
    killAll(running.child, stateDir)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  await running.whenHealthy
  const observed = await observe(stateDir)
  t.after(() => observed.close())
  const client = readClientFile(stateDir)
  assert.ok(client, 'the credentials are written')

  const everport: Everport = {
    stateDir,
    topologyFile,
    client,
    ports,
    status: observed.view,
    node(name) {
      const found = observed
        .view()
        .clusters.flatMap(cluster => cluster.nodes)
        .find(node => node.name === name)
      assert.ok(found, `no node ${name}`)
      return found
    },
    until: (what, holds, deadlineMs) => observed.until(what, holds, deadlineMs),
    pid: roleName => Number(readFileSync(join(stateDir, 'run', `${roleName}.pid`), 'utf8')),
    kill: (roleName, signal = 'SIGKILL') => void process.kill(everport.pid(roleName), signal),
    command: (...args) => runCommand([...args, '--state', stateDir]),
    async dns(name = client.name, servers = client.dns) {
      const names = everportNames({ network: systemNetwork, clock: systemClock, random }, servers)
      return [...(await names(name))].sort()
    },
    async answered(addresses, deadlineMs) {
      for (const server of client.dns)
        await eventually(
          `${server.address} answers ${addresses.join()}`,
          deadlineMs,
          () => everport.dns(undefined, [server]),
          answer => answer.join() === addresses.join(),
        )
    },
    connect: to =>
      connectPostgres({
        network: systemNetwork,
        clock: systemClock,
        random,
        endpoint: to,
        user: client.user,
        password: client.password,
        database: client.database,
        applicationName: 'system test',
        timeoutMs: connectTimeoutMs,
      }),
    async query(to, sql) {
      const connection = await everport.connect(to)
      try {
        return (await connection.query(sql)).rows
      } finally {
        connection.close()
      }
    },
    interrupt: () => running.end('SIGINT'),
    async killAgent() {
      await running.end('SIGKILL')
    },
    async killEverything() {
      const pids = rolePids(stateDir)
      const ended = running.end('SIGKILL')
      for (const pid of pids) killQuietly(pid)
      await ended
    },
    async restart() {
      running = launch(topologyFile, stateDir)
      await running.whenHealthy
    },
    output: () => running.output(),
  }
  return everport
}

function writeTopology(folder: string, ports: TestPorts, ofClusters: string): string {
  const file = join(folder, 'topology.yaml')
  const text = readFileSync('examples/active-passive.yaml', 'utf8')
    .replace('catalog: catalog/flights.sql', `catalog: ${resolve('examples/catalog/flights.sql')}`)
    .replaceAll(
      'zones: [a, b]',
      `zones: [a, b]\n    auxiliaryPorts: [${ports.auxiliary.join(', ')}]\n    ${ofClusters}`,
    )
    .replace(
      /^dns:$/m,
      `ports: { runtime: ${ports.runtime}, odbc: ${ports.odbc}, web: ${ports.web} }\ncontrol: { port: ${ports.control} }\nbalancers: { metricsPort: ${ports.metrics} }\ndns:\n  port: ${ports.dns}\n  metricsPort: ${ports.metrics}`,
    )
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, text)
  return file
}

interface Running {
  readonly child: ChildProcess
  readonly whenHealthy: Promise<void>
  output(): string
  end(signal: NodeJS.Signals): Promise<number | null>
}

function launch(topologyFile: string, stateDir: string): Running {
  const child = spawn(process.execPath, [program, 'up', topologyFile, '--state', stateDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<number | null>(resolveEnd => child.once('exit', resolveEnd))
  const whenHealthy = new Promise<void>((resolveHealthy, reject) => {
    const fail = (why: string): void => reject(new Error(`everport up: ${why}; its output:\n${output}`))
    const timer = setTimeout(() => fail('not healthy in time'), startDeadlineMs)
    void ended.then(code => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
    const collect = (data: Buffer): void => {
      output += data.toString()
      if (!output.includes('All healthy')) return
      clearTimeout(timer)
      resolveHealthy()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
  })
  whenHealthy.catch(() => undefined)
  return {
    child,
    whenHealthy,
    output: () => output,
    end: signal => {
      child.kill(signal)
      return within(
        ended,
        stopDeadlineMs,
        () => `everport up has not ended after ${signal}; its output:\n${output}`,
      )
    },
  }
}

interface Observed {
  view(): StatusView
  until(what: string, holds: (view: StatusView) => boolean, deadlineMs: number): Promise<void>
  close(): Promise<void>
}

/** Reads the store beside the program, as `everport status` does. */
async function observe(stateDir: string): Promise<Observed> {
  const store = await openJournalStore(join(stateDir, 'store'), { clock: systemClock })
  const owners = statusOwners(store, systemClock)
  const waiting = new Set<() => void>()
  const see = (): void => {
    owners.look()
    for (const look of waiting) look()
  }
  see()
  const cancelWatch = store.watch(store.read().revision, see)
  const cancelLooks = every(systemClock, heartbeatIntervalMs / 5, see)
  const view = (): StatusView => statusView(store.read(), owners.isAlive)
  return {
    view,
    until(what, holds, deadlineMs) {
      return new Promise((resolveUntil, reject) => {
        const settle = (): void => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        const look = (): void => {
          if (!holds(view())) return
          settle()
          resolveUntil()
        }
        const timer = setTimeout(() => {
          settle()
          reject(new Error(`not within ${deadlineMs} ms: ${what}\n${JSON.stringify(view(), null, 1)}`))
        }, deadlineMs)
        waiting.add(look)
        look()
      })
    },
    async close() {
      cancelWatch()
      cancelLooks()
      await store.close()
    },
  }
}

/** Between two questions, so that whoever asks leaves the processor to what it waits for. */
const askPauseMs = 2

/** Asks again and again until the answer fits. An error is an answer that does not. */
export async function eventually<T>(
  what: string,
  deadlineMs: number,
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
): Promise<T> {
  const deadline = systemClock.now() + deadlineMs
  let last: unknown
  while (systemClock.now() < deadline) {
    try {
      const answer = await ask()
      if (fits(answer)) return answer
      last = answer
    } catch (error) {
      last = error
    }
    await pause(systemClock, askPauseMs)
  }
  throw new Error(
    `not within ${deadlineMs} ms: ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  )
}

function runCommand(args: string[]): Promise<CommandResult> {
  return new Promise(resolveCommand => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (data: Buffer) => out.push(data))
    child.stderr.on('data', (data: Buffer) => err.push(data))
    child.once('close', code =>
      resolveCommand({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    )
  })
}

function within<T>(promise: Promise<T>, deadlineMs: number, why: () => string): Promise<T> {
  return new Promise((resolveWithin, reject) => {
    const timer = setTimeout(() => reject(new Error(why())), deadlineMs)
    void promise.then(value => {
      clearTimeout(timer)
      resolveWithin(value)
    })
  })
}

function killAll(agent: ChildProcess, stateDir: string): void {
  agent.kill('SIGKILL')
  for (const pid of rolePids(stateDir)) killQuietly(pid)
}

/** Processes of this state folder, known by their pid files. */
export function rolePids(stateDir: string): number[] {
  try {
    return readdirSync(join(stateDir, 'run')).map(file =>
      Number(readFileSync(join(stateDir, 'run', file), 'utf8')),
    )
  } catch {
    return []
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function testPorts(): Promise<TestPorts> {
  const [odbc = 0, web = 0, dns = 0, control = 0, metrics = 0, runtime = 0, ...auxiliary] = await freePorts(8)
  return { runtime, auxiliary, odbc, web, dns, control, metrics }
}
