import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  nextSupervision,
  type Supervision,
  type SupervisionEvent,
  defaultSupervisionSettings as settings,
} from './supervision.ts'

const identity = { pid: 7, startedAt: 'boot/1' }
const stopped: Supervision = { state: 'stopped' }
const killed: SupervisionEvent = { type: 'exited', exit: { code: undefined, signal: 'SIGKILL' } }

function run(events: readonly [atMs: number, event: SupervisionEvent][], from: Supervision = stopped) {
  let now = from
  const actions: string[] = []
  for (const [atMs, event] of events) {
    const [next, asked] = nextSupervision(now, event, atMs, settings)
    now = next
    for (const action of asked) {
      actions.push(
        action.do === 'spawn' ? 'spawn' : action.do === 'signal' ? action.name : `wait ${action.delayMs}`,
      )
    }
  }
  return { now, actions }
}

test('the death of a role that had lived long counts as the first', () => {
  const from: Supervision = { state: 'running', crashes: 5, identity, sinceMs: 10 }
  const { now, actions } = run([[10 + settings.stableAfterMs, killed]], from)
  assert.deepEqual(actions, ['wait 250'])
  assert.deepEqual(run([[0, { type: 'timer' }]], now).actions, ['spawn'])
})

test('early deaths back off, twice as long each time, and end in a crash loop that is tried seldom', () => {
  const events: [number, SupervisionEvent][] = [[0, { type: 'wanted', up: true }]]
  for (let crash = 1; crash <= settings.crashesMax; crash++) {
    events.push([crash, { type: 'spawned', identity }], [crash, killed])
    if (crash < settings.crashesMax) events.push([crash, { type: 'timer' }])
  }
  const { now, actions } = run(events)
  assert.equal(now.state, 'crash-looping')
  assert.deepEqual(
    actions.filter(action => action.startsWith('wait')),
    ['wait 250', 'wait 500', 'wait 1000', 'wait 2000', 'wait 4000', 'wait 5000', 'wait 5000', 'wait 30000'],
  )
  assert.deepEqual(run([[0, { type: 'timer' }]], now).actions, ['spawn'])
})

test('a role told to stop while it starts is stopped as soon as it is there', () => {
  const { now, actions } = run([
    [0, { type: 'wanted', up: true }],
    [1, { type: 'wanted', up: false, how: 'drain' }],
    [2, { type: 'spawned', identity }],
    [3, { type: 'exited', exit: { code: 0, signal: undefined } }],
  ])
  assert.deepEqual(actions, ['spawn', 'SIGTERM', `wait ${settings.stopTimeoutMs}`])
  assert.deepEqual(now, stopped)
})

test('a drain that takes too long ends with SIGKILL', () => {
  const { actions } = run([
    [0, { type: 'wanted', up: true }],
    [1, { type: 'spawned', identity }],
    [2, { type: 'wanted', up: false, how: 'drain' }],
    [3, { type: 'timer' }],
  ])
  assert.equal(actions.at(-1), 'SIGKILL')
})

test('a role wanted again while it stops is started after it has gone', () => {
  const { actions } = run([
    [0, { type: 'wanted', up: true }],
    [1, { type: 'spawned', identity }],
    [2, { type: 'wanted', up: false, how: 'drain' }],
    [3, { type: 'wanted', up: true }],
    [4, { type: 'exited', exit: { code: 0, signal: undefined } }],
  ])
  assert.deepEqual(actions, ['spawn', 'SIGTERM', `wait ${settings.stopTimeoutMs}`, 'spawn'])
})

test('a program that cannot be started is tried again, and not when it is wanted down meanwhile', () => {
  const failed: SupervisionEvent = { type: 'spawn-failed', reason: 'no such program' }
  assert.equal(
    run([
      [0, { type: 'wanted', up: true }],
      [1, failed],
    ]).now.state,
    'backing-off',
  )
  const down = run([
    [0, { type: 'wanted', up: true }],
    [1, { type: 'wanted', up: false, how: 'kill' }],
    [2, failed],
  ])
  assert.deepEqual(down.now, stopped)
})

const anyEvent: fc.Arbitrary<SupervisionEvent> = fc.oneof(
  fc.constant<SupervisionEvent>({ type: 'wanted', up: true }),
  fc
    .constantFrom('drain' as const, 'kill' as const)
    .map(how => ({ type: 'wanted' as const, up: false as const, how })),
  fc.constant<SupervisionEvent>({ type: 'timer' }),
)

test('whatever is wanted in whatever order, at most one process runs and the last wish comes true', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyEvent, fc.boolean()), { maxLength: 60 }),
      fc.boolean(),
      (steps, lastWish) => {
        let now: Supervision = stopped
        let [alive, spawning, timed] = [0, 0, false]
        const feed = (event: SupervisionEvent): void => {
          const [next, actions] = nextSupervision(now, event, 0, settings)
          now = next
          for (const action of actions) {
            if (action.do === 'spawn') spawning++
            if (action.do === 'wait') timed = true
          }
          assert.ok(alive + spawning <= 1, 'two processes of one role')
        }
        const world = (): void => {
          if (spawning > 0) {
            spawning--
            alive++
            feed({ type: 'spawned', identity })
          } else if (alive > 0 && now.state === 'stopping') {
            alive--
            feed(killed)
          } else if (timed) {
            timed = false
            feed({ type: 'timer' })
          }
        }
        for (const [event, worldMoves] of steps) {
          if (event.type !== 'timer' || timed) feed(event)
          if (worldMoves) world()
        }
        feed(lastWish ? { type: 'wanted', up: true } : { type: 'wanted', up: false, how: 'drain' })
        for (let i = 0; i < 10; i++) world()
        assert.equal(now.state, lastWish ? 'running' : 'stopped')
      },
    ),
  )
})
