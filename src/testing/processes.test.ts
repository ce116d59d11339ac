import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ProcessExit, Processes, RunningProcess } from '../base/processes.ts'
import { systemClock } from '../io/clock.ts'
import { systemProcesses } from '../io/processes.ts'
import { SimulatedClock, settled } from './clock.ts'
import { type Program, SimulatedProcesses } from './processes.ts'

const programs = {
  waits: { script: 'setInterval(() => {}, 1000)', twin: {} },
  exitsWith3: { script: 'process.exit(3)', twin: { exitsAfterMs: 5, exitCode: 3 } },
  drains: {
    script: 'process.on("SIGTERM", () => setTimeout(() => process.exit(0), 20)); setInterval(() => {}, 1000)',
    twin: { onTerm: { exitsAfterMs: 20 } },
  },
  ignoresTerm: {
    script: 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)',
    twin: { onTerm: 'ignores' },
  },
} as const satisfies Record<string, { script: string; twin: Program }>

type ProgramName = keyof typeof programs

/** Processes, and how their time passes. */
interface World {
  readonly processes: Processes
  /** Starts a program and waits until it listens to signals. */
  start(name: ProgramName): Promise<RunningProcess>
  startMissing(): Promise<RunningProcess>
  until(condition: () => boolean, what: string): Promise<void>
}

const folder = mkdtempSync(join(tmpdir(), 'everport-processes-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

let logs = 0

function systemWorld(): World {
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    const deadline = systemClock.now() + 60_000
    while (!condition()) {
      assert.ok(systemClock.now() < deadline, `never happened: ${what}`)
      await settled()
    }
  }
  const command = (program: string, ...args: string[]) => ({
    program,
    args,
    environment: {},
    logFile: join(folder, `${logs++}.log`),
  })
  const start = async (name: ProgramName): Promise<RunningProcess> => {
    const ready = command(process.execPath, '-e', `${programs[name].script}; console.log("ready")`)
    const started = await systemProcesses.spawn(ready)
    if (name !== 'exitsWith3')
      await until(() => readFileSync(ready.logFile, 'utf8').includes('ready'), 'ready')
    return started
  }
  const startMissing = () => systemProcesses.spawn(command(join(folder, 'missing')))
  return { processes: systemProcesses, start, startMissing, until }
}

function simulatedWorld(): World {
  const clock = new SimulatedClock()
  const processes = new SimulatedProcesses(clock, ({ program }) =>
    program === 'missing' ? { isMissing: true } : programs[program as ProgramName].twin,
  )
  const spawn = async (program: string): Promise<RunningProcess> => {
    const spawned = processes.spawn({ program, args: [], environment: {}, logFile: '' })
    clock.advance(1)
    return spawned
  }
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    const deadline = clock.now() + 20_000
    while (!condition()) {
      assert.ok(clock.now() < deadline, `never happened: ${what}`)
      await clock.advanceAsync(1)
    }
  }
  return { processes, start: spawn, startMissing: () => spawn('missing'), until }
}

async function exitOf(world: World, child: RunningProcess): Promise<ProcessExit> {
  const exits: ProcessExit[] = []
  child.onExit(exit => exits.push(exit))
  await world.until(() => exits.length > 0, 'exit')
  assert.equal(exits.length, 1)
  return exits[0] as ProcessExit
}

for (const [name, makeWorld] of [
  ['system', systemWorld],
  ['simulated', simulatedWorld],
] as const) {
  test(`${name}: a program that ends tells its code, also to who asks afterwards`, async () => {
    const world = makeWorld()
    const child = await world.start('exitsWith3')
    assert.deepEqual(await exitOf(world, child), { code: 3, signal: undefined })
    assert.deepEqual(await exitOf(world, child), { code: 3, signal: undefined })
    child.signal('SIGTERM')
  })

  test(`${name}: signals end, drain, or are ignored as the program will`, async () => {
    const world = makeWorld()
    const waiting = await world.start('waits')
    waiting.signal('SIGTERM')
    assert.deepEqual(await exitOf(world, waiting), { code: undefined, signal: 'SIGTERM' })
    const draining = await world.start('drains')
    draining.signal('SIGTERM')
    assert.deepEqual(await exitOf(world, draining), { code: 0, signal: undefined })
    const stubborn = await world.start('ignoresTerm')
    stubborn.signal('SIGTERM')
    stubborn.signal('SIGKILL')
    assert.deepEqual(await exitOf(world, stubborn), { code: undefined, signal: 'SIGKILL' })
  })

  test(`${name}: a stopped program dies of SIGTERM only when it goes on, of SIGKILL at once`, async () => {
    const world = makeWorld()
    const first = await world.start('waits')
    let isGone = false
    first.onExit(() => {
      isGone = true
    })
    first.signal('SIGSTOP')
    first.signal('SIGTERM')
    const second = await world.start('waits')
    second.signal('SIGSTOP')
    second.signal('SIGKILL')
    assert.deepEqual(await exitOf(world, second), { code: undefined, signal: 'SIGKILL' })
    assert.equal(isGone, false)
    first.signal('SIGCONT')
    assert.deepEqual(await exitOf(world, first), { code: undefined, signal: 'SIGTERM' })
  })

  test(`${name}: a listener that was taken back is not called`, async () => {
    const world = makeWorld()
    const child = await world.start('waits')
    const cancel = child.onExit(() => assert.fail('called'))
    cancel()
    cancel()
    child.signal('SIGKILL')
    await exitOf(world, child)
  })

  test(`${name}: a missing program is a rejection`, async () => {
    await assert.rejects(makeWorld().startMissing(), /ENOENT/)
  })

  test(`${name}: an earlier run's process is adopted, but not one that is gone or has another start`, async () => {
    const world = makeWorld()
    const child = await world.start('waits')
    const { pid } = child.identity
    assert.equal(world.processes.adopt({ pid, startedAt: 'another life' }), undefined)
    const adopted = world.processes.adopt(child.identity)
    assert.ok(adopted)
    assert.deepEqual(adopted.identity, child.identity)
    const [asParent, asStranger] = [exitOf(world, child), exitOf(world, adopted)]
    adopted.signal('SIGTERM')
    assert.deepEqual(await asParent, { code: undefined, signal: 'SIGTERM' })
    assert.deepEqual(await asStranger, { code: undefined, signal: undefined }, 'only a parent learns how')
    assert.equal(world.processes.adopt(child.identity), undefined)
    adopted.signal('SIGKILL')
  })
}

test('simulated: a run that died is told nothing, and its children go on', async () => {
  const clock = new SimulatedClock()
  const processes = new SimulatedProcesses(clock)
  const spawned = processes.spawn({ program: 'node', args: [], environment: {}, logFile: '' })
  clock.advance(1)
  const child = await spawned
  child.onExit(() => assert.fail('called'))
  processes.forgetListeners()
  assert.equal(processes.running().length, 1)
  processes.crash(child.identity)
  clock.advance(100)
  assert.equal(processes.running().length, 0)
})
