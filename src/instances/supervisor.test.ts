import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../base/log.ts'
import type { ProcessStatus } from '../resources/status.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { type Program, SimulatedProcesses } from '../testing/processes.ts'
import { defaultSupervisionSettings } from './supervision.ts'
import { type Supervisor, supervisor } from './supervisor.ts'
import type { WantedRole } from './wanted-roles.ts'

const dns: WantedRole = {
  name: 'dns',
  kind: 'dns',
  cluster: undefined,
  down: undefined,
  statusKey: 'status/any',
}
const control: WantedRole = {
  name: 'control',
  kind: 'control',
  cluster: undefined,
  down: undefined,
  statusKey: 'status/any',
}

interface World {
  readonly clock: SimulatedClock
  readonly processes: SimulatedProcesses
  readonly supervised: Supervisor
  readonly statuses: Map<string, ProcessStatus>
  running(): string[]
  kill(name: string): void
}

function world(programs: Record<string, Program> = {}): World {
  const clock = new SimulatedClock()
  const processes = new SimulatedProcesses(clock, command => programs[command.args[0] ?? ''] ?? {})
  return { ...supervise(clock, processes), clock, processes }
}

function supervise(clock: SimulatedClock, processes: SimulatedProcesses) {
  const statuses = new Map<string, ProcessStatus>()
  const supervised = supervisor({
    processes,
    clock,
    log: silentLog,
    wallTime: () => '2026-01-01T00:00:00Z',
    command: role => ({ program: 'everport', args: [role.name], environment: {}, logFile: 'log' }),
    changed: ({ name }, status) =>
      status === undefined ? statuses.delete(name) : statuses.set(name, status),
  })
  return {
    supervised,
    statuses,
    running: () => processes.running().map(({ command }) => command.args[0] ?? ''),
    kill(name: string) {
      const found = processes.running().find(({ command }) => command.args[0] === name)
      assert.ok(found, `${name} does not run`)
      processes.adopt(found.identity)?.signal('SIGKILL')
    },
  }
}

test('starts what is wanted, restarts what dies and says how it ended', async () => {
  const { supervised, clock, running, kill, statuses } = world()
  supervised.reconcile([control, dns])
  await clock.advanceAsync(10)
  assert.deepEqual(running(), ['control', 'dns'])
  assert.equal(statuses.get('dns')?.state, 'running')
  assert.equal(statuses.get('dns')?.restarts, 0)

  kill('dns')
  await clock.advanceAsync(50)
  assert.deepEqual(running(), ['control'])
  assert.equal(statuses.get('dns')?.state, 'backing-off')
  assert.equal(statuses.get('dns')?.reason, 'ended by SIGKILL')
  await clock.advanceAsync(defaultSupervisionSettings.backoffMinMs)
  assert.deepEqual(running(), ['control', 'dns'])
  assert.equal(statuses.get('dns')?.restarts, 1)
})

test('a role that is not wanted any more is drained and forgotten', async () => {
  const { supervised, clock, running, statuses, processes } = world()
  supervised.reconcile([control, dns])
  await clock.advanceAsync(10)
  supervised.reconcile([control])
  await clock.advanceAsync(10)
  assert.deepEqual(running(), ['control'])
  assert.deepEqual([...statuses.keys()], ['control'])
  assert.match(processes.signals.join(), /SIGTERM/)
  assert.doesNotMatch(processes.signals.join(), /SIGKILL/)
})

test('a role that an operator holds down stays down until the hold is lifted', async () => {
  const { supervised, clock, running, statuses } = world()
  supervised.reconcile([dns])
  await clock.advanceAsync(10)
  supervised.reconcile([{ ...dns, down: 'kill' }])
  await clock.advanceAsync(60_000)
  assert.deepEqual(running(), [])
  assert.equal(statuses.get('dns')?.state, 'stopped')
  supervised.reconcile([dns])
  await clock.advanceAsync(10)
  assert.deepEqual(running(), ['dns'])
})

test('a crash loop is tried seldom, and other changes of the desired state do not hurry it', async () => {
  const { supervised, clock, statuses } = world({ dns: { exitsAfterMs: 1, exitCode: 1 } })
  supervised.reconcile([dns])
  await clock.advanceAsync(20_000)
  assert.equal(statuses.get('dns')?.state, 'crash-looping')
  assert.equal(statuses.get('dns')?.reason, 'ended with exit code 1')
  const { restarts } = statuses.get('dns') ?? {}
  for (let i = 0; i < 10; i++) supervised.reconcile([dns, control])
  await clock.advanceAsync(1_000)
  assert.equal(statuses.get('dns')?.restarts, restarts)
})

test('a program that is missing is a status, not a crash of the supervisor', async () => {
  const { supervised, clock, statuses } = world({ dns: { isMissing: true } })
  supervised.reconcile([dns])
  await clock.advanceAsync(50)
  assert.equal(statuses.get('dns')?.state, 'backing-off')
  assert.match(statuses.get('dns')?.reason ?? '', /cannot be started/)
})

test('stopAll waits for drains and kills what ignores them', async () => {
  const { supervised, clock, running } = world({ dns: { onTerm: 'ignores' } })
  supervised.reconcile([control, dns])
  await clock.advanceAsync(10)
  let isStopped = false
  void supervised.stopAll('drain').then(() => {
    isStopped = true
  })
  await clock.advanceAsync(1_000)
  assert.deepEqual(running(), ['dns'])
  assert.equal(isStopped, false)
  await clock.advanceAsync(defaultSupervisionSettings.stopTimeoutMs)
  assert.deepEqual(running(), [])
  assert.equal(isStopped, true)
})

test('a second stopAll that kills does not wait for the drain', async () => {
  const { supervised, clock, running } = world({ dns: { onTerm: 'ignores' } })
  supervised.reconcile([dns])
  await clock.advanceAsync(10)
  void supervised.stopAll('drain')
  await clock.advanceAsync(10)
  const stopped = supervised.stopAll('kill')
  await clock.advanceAsync(10)
  await stopped
  assert.deepEqual(running(), [])
})

test('what an agent that died left running is taken over, watched and stopped, never started twice', async () => {
  const { supervised, clock, processes, running } = world()
  supervised.reconcile([dns])
  await clock.advanceAsync(10)
  const [left] = processes.running()
  assert.ok(left)

  const successor = supervise(clock, processes)
  assert.equal(successor.supervised.adopt(dns, left.identity), true)
  assert.equal(successor.supervised.adopt(control, { pid: 1, startedAt: 'gone' }), false)
  successor.supervised.reconcile([dns])
  await clock.advanceAsync(10)
  assert.deepEqual(running(), ['dns'])
  const stopped = successor.supervised.stopAll('drain')
  await clock.advanceAsync(100)
  await stopped
  assert.deepEqual(running(), [])
})

test('a role of another generation than before is drained and started again, once', async () => {
  const { supervised, clock, processes, running } = world()
  supervised.reconcile([{ ...dns, generation: 0 }])
  await clock.advanceAsync(100)
  const [before] = processes.running()
  supervised.reconcile([{ ...dns, generation: 1 }])
  supervised.reconcile([{ ...dns, generation: 1 }])
  await clock.advanceAsync(1_000)
  const [after] = processes.running()
  assert.deepEqual(running(), ['dns'])
  assert.notEqual(after?.identity.pid, before?.identity.pid)
  supervised.reconcile([{ ...dns, generation: 1 }])
  await clock.advanceAsync(1_000)
  assert.equal(processes.running()[0]?.identity.pid, after?.identity.pid)
})
