import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { testCertificate } from '../../src/testing/certificate.ts'
import { freePorts } from '../../src/testing/free-ports.ts'
import type { EngineFunctions } from '../compat/engine-child.ts'
import { noNamespace, type Remote, startRemote } from '../compat/remote-calls.ts'
import { eventually, startEverport } from './everport.ts'

/** A balancer's engine with two workers, before two targets of this process that say their names. */
class World {
  readonly engine: Remote<EngineFunctions>
  readonly port: number
  readonly tlsPort: number
  readonly #targets: readonly number[]

  constructor(
    engine: Remote<EngineFunctions>,
    [port, tlsPort]: readonly number[],
    targets: readonly number[],
  ) {
    this.engine = engine
    this.port = port ?? 0
    this.tlsPort = tlsPort ?? 0
    this.#targets = targets
  }

  async apply(states: Readonly<Record<'a' | 'b', TargetState['state']>>): Promise<void> {
    const targets = (['a', 'b'] as const).map((name, i) =>
      targetPart(name, { port: this.#targets[i] ?? 0, deregistering: states[name] === 'draining' }),
    )
    const certificate = {
      arn: 'arn:test',
      place: 'certificate/test',
      chain: testCertificate.cert,
      sealedKey: testCertificate.key,
    }
    const tls = {
      certificates: [certificate],
      missing: [],
      alpnProtocols: [],
      versionMin: 'TLSv1.2',
      versionMax: 'TLSv1.3',
    } as const
    const listeners = [listenerPart(this.port), listenerPart(this.tlsPort, { protocol: 'TLS', tls })]
    await this.engine.apply(
      snapshotPart(listeners, [groupPart(targets)]),
      targets.map(({ key, id }) => [key, { state: states[id as 'a' | 'b'] }]),
    )
  }

  workers(count: number): Promise<unknown> {
    return eventually(
      `${count} workers serve`,
      30_000,
      () => this.engine.workers(),
      workers => workers === count,
    )
  }

  pids(): number[] {
    return workersOf(this.engine.child.pid ?? 0)
  }
}

async function makeWorld(t: TestContext): Promise<World> {
  const targets = await Promise.all(['a', 'b'].map(name => target(t, name)))
  const engine = await startRemote<EngineFunctions>(t, noNamespace, '../compat/engine-child.ts', [
    'userspace',
    '2',
  ])
  const world = new World(engine, await freePorts(2), targets)
  await world.apply({ a: 'healthy', b: 'healthy' })
  await world.workers(2)
  return world
}

async function target(t: TestContext, name: string): Promise<number> {
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.write(`${name}\n`)
  })
  t.after(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const at = server.address()
  return typeof at === 'object' ? (at?.port ?? 0) : 0
}

/** Beside them, it has a child that compiles. */
function workersOf(pid: number, program = 'worker-child'): number[] {
  const listed = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return listed.split('\n').flatMap(line => {
    const [child, parent, state = ''] = line.trim().split(/\s+/)
    const isOurs = Number(parent) === pid && line.includes(program)
    return isOurs && !state.startsWith('Z') ? [Number(child)] : []
  })
}

/** The first line that somebody says, or what went wrong. */
function greeting(port: number, isTls = false): Promise<string> {
  return new Promise(resolve => {
    const at = { host: '127.0.0.1', port }
    const socket = isTls ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at)
    socket.once('data', data => {
      resolve(data.toString().trim())
      socket.destroy()
    })
    socket.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message))
    socket.once('end', () => resolve('end'))
  })
}

const clients = 20

/** Clients that connect anew again and again until told. */
function startLoad(port: number) {
  const seen = { answers: 0, failures: [] as string[] }
  let isOver = false
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const said = await greeting(port)
      if (said === 'a' || said === 'b') seen.answers++
      else seen.failures.push(said)
    }
  }
  const loops = Array.from({ length: clients }, loop)
  return {
    seen,
    answered: (more: number): Promise<unknown> => {
      const enough = seen.answers + more
      return eventually(
        `${more} more answers`,
        60_000,
        () => Promise.resolve(seen.answers),
        answers => answers >= enough,
      )
    },
    async stop(): Promise<void> {
      isOver = true
      await Promise.all(loops)
    },
  }
}

test('a worker killed under load cuts its own connections alone; the others take all that come, and another starts', {
  timeout: 240_000,
}, async t => {
  const world = await makeWorld(t)
  const load = startLoad(world.port)
  await load.answered(500)
  assert.deepEqual(load.seen.failures, [])
  const before = world.pids()
  assert.equal(before.length, 2)
  process.kill(before[0] ?? 0, 'SIGKILL')
  await load.answered(1_000)
  // Each client was at most once in the middle of one.
  assert.ok(load.seen.failures.length <= clients, load.seen.failures.join())
  assert.ok(
    load.seen.failures.every(said => said === 'ECONNRESET' || said === 'end'),
    load.seen.failures.join(),
  )
  await world.workers(2)
  const failed = load.seen.failures.length
  await load.answered(1_000)
  await load.stop()
  assert.equal(load.seen.failures.length, failed)
  await eventually(
    'all is counted, by whoever took it',
    20_000,
    () => world.engine.counters(),
    ({ listeners }) => {
      const counted = new Map(listeners).get(world.port)
      // What the killed one had not told yet is lost: a fifth of a second's.
      return counted?.active === 0 && counted.accepted >= load.seen.answers * 0.5
    },
  )
})

test('a worker that is stopped holds no deregistration up for longer than its bound, and nobody connects to that target after', {
  timeout: 240_000,
}, async t => {
  const world = await makeWorld(t)
  const load = startLoad(world.port)
  await load.answered(200)
  const [stopped = 0] = world.pids()
  process.kill(stopped, 'SIGSTOP')
  const begun = performance.now()
  await world.apply({ a: 'draining', b: 'healthy' })
  const took = performance.now() - begun
  assert.ok(took < 8_000, `acknowledged after ${took} ms`)
  assert.ok(!world.pids().includes(stopped), 'it was killed')
  // Those who stood in its way have ended as well.
  const after = await Promise.all(Array.from({ length: 200 }, () => greeting(world.port)))
  assert.deepEqual(new Set(after), new Set(['b']))
  await load.stop()
})

test('TLS is spoken by all; what is secret stands in no command line and no environment', {
  timeout: 240_000,
}, async t => {
  const world = await makeWorld(t)
  const said = await Promise.all(Array.from({ length: 60 }, () => greeting(world.tlsPort, true)))
  assert.ok(
    said.every(name => name === 'a' || name === 'b'),
    said.join(),
  )
  const told = execFileSync('ps', ['eww', '-o', 'args=', '-p', world.pids().join()], { encoding: 'utf8' })
  assert.match(told, /worker-child/)
  assert.ok(!told.includes('PRIVATE') && !told.includes('MIGHAgEAMBMGByqGSM49'))
})

test('workers end with the first process, also when that is killed', { timeout: 240_000 }, async t => {
  const world = await makeWorld(t)
  const pids = world.pids()
  assert.equal(pids.length, 2)
  world.engine.child.kill('SIGKILL')
  await eventually(
    'they have ended',
    20_000,
    () => Promise.resolve(pids.filter(isAlive)),
    alive => alive.length === 0,
  )
  assert.equal(await greeting(world.port), 'ECONNREFUSED')
})

test('a balancer of a topology has the workers that it says, tells of them, and takes them with it', {
  timeout: 240_000,
}, async t => {
  const everport = await startEverport(t, 'workers: 1')
  const at = { address: '127.0.1.1', port: everport.ports.odbc }
  const balancer = 'balancer-active-a'
  const reason = (): string =>
    everport
      .status()
      .clusters.flatMap(({ balancers }) => balancers)
      .find(({ roleName }) => roleName === balancer)?.engineReason ?? ''
  const serves = (): Promise<void> =>
    everport.until('both serve', () => reason().endsWith('; 2 processes take connections'), 30_000)
  const ask = async (): Promise<void> => {
    for (let i = 0; i < 20; i++)
      assert.deepEqual(await everport.query(at, 'select count(*) from state_capitals'), [['50']])
  }
  const workersTold = async (): Promise<string | undefined> => {
    const page = await fetch(`http://127.0.1.1:${everport.ports.metrics}/metrics`)
    return /^everport_balancer_workers\{[^}]*\} (\d+)$/m.exec(await page.text())?.[1]
  }
  await serves()
  await ask()
  assert.equal(await workersTold(), '1')
  const [worker = 0] = workersOf(everport.pid(balancer), 'balancer-worker')
  everport.kill(balancer)
  await eventually(
    'its worker has ended',
    20_000,
    () => Promise.resolve(isAlive(worker)),
    alive => !alive,
  )
  // Of the balancer itself: what the one before said stands in the store until this one tells of itself.
  await eventually('another has begun, and both serve', 30_000, workersTold, told => told === '1')
  await serves()
  await ask()
  const workers = workersOf(everport.pid(balancer), 'balancer-worker')
  assert.equal(workers.length, 1)
  assert.equal(await everport.interrupt(), 0)
  assert.deepEqual(workers.filter(isAlive), [])
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
