import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, silentLog } from '../../base/log.ts'
import type { Programs } from '../../base/programs.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { FollowedPrograms } from '../../testing/followed-programs.ts'
import type { FlowRecord } from '../engine.ts'
import { flowLinesPerSecondMax } from '../flow-log.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import { type Routing, routing } from '../selection/routing.ts'
import { EndReasons } from './end-reasons.ts'
import { flowFollower, linesReadPerSecondMax } from './flow-follower.ts'

const targets = ['a', 'b'].map((id, i) => targetPart(id, { address: `10.0.0.1${i}`, port: 80 }))
const routesOf = (
  address: string | undefined,
  groups = [groupPart(targets)],
  also: Partial<BalancerSnapshot> = {},
): Routing => routing(snapshotPart([listenerPart(80)], groups, { address, ...also }), new Map())

const line = (state = 'TIME_WAIT', target = '10.0.0.10', port = 80): string =>
  `[1.000001]\t[DESTROY] tcp      6 ${state} src=10.0.0.9 dst=10.0.0.1 sport=5 dport=${port} src=${target} dst=10.0.0.9 sport=80 dport=5 [ASSURED] id=7`

function fixture() {
  const clock = new SimulatedClock()
  const followed = new FollowedPrograms()
  const told: FlowRecord[] = []
  const counts: number[] = []
  const warnings: unknown[] = []
  const log: Log = { ...silentLog, warn: (event, fields) => void warnings.push([event, fields]) }
  const reasons = new EndReasons(clock)
  const programs: Programs = {
    run: () => Promise.reject(new Error('nothing is run')),
    follow: (program, args, hears) => followed.follow(program, args, hears),
    converse: () => {
      throw new Error('nothing is asked')
    },
  }
  const events = {
    connectFailed: () => undefined,
    flowEnded: (flow: FlowRecord) => void told.push(flow),
    flowsUntold: (count: number) => void counts.push(count),
  }
  const follower = flowFollower({ programs, clock, log, events, reasons })
  const listenTo = (also: Partial<typeof events>) =>
    flowFollower({ programs, clock, log, events: { connectFailed: () => undefined, ...also }, reasons })
  return { clock, followed, told, counts, warnings, reasons, follower, listenTo }
}

test('a flow that ended is told with its client, its target and its end', () => {
  const { followed, told, follower } = fixture()
  follower.follow(routesOf('10.0.0.1'))
  assert.equal(
    followed.last.command,
    'conntrack -E -e DESTROY --dst-nat -f ipv4 --orig-dst 10.0.0.1 -o timestamp,id',
  )
  followed.last.print(line())
  followed.last.print('garbage')
  assert.deepEqual(told, [
    {
      protocol: 'tcp',
      client: { address: '10.0.0.9', port: 5 },
      port: 80,
      target: { key: 'tg/a', address: '10.0.0.10', port: 80 },
      failOpen: undefined,
      bytesFromClient: undefined,
      bytesFromTarget: undefined,
      durationMs: undefined,
      end: 'finished',
      wasReset: false,
    },
  ])
})

test('targets have the name of the listener’s group, also when they are gone', () => {
  const { followed, told, follower } = fixture()
  const other = groupPart(
    targets.map(target => ({ ...target, key: `other/${target.id}` })),
    { name: 'other' },
  )
  follower.follow(routesOf('10.0.0.1', [groupPart(targets), other]))
  followed.last.print(line())
  followed.last.print(line('TIME_WAIT', '10.0.0.11', 81))
  follower.follow(routesOf('10.0.0.1', [groupPart([])]))
  followed.last.print(line())
  followed.last.print(line('TIME_WAIT', '10.0.0.99'))
  assert.deepEqual(
    told.map(({ target }) => target?.key),
    ['tg/a', 'other/b', 'other/a', '10.0.0.99_80'],
  )
})

test('what the balancer ended has its reason, for as long as it can be about that', () => {
  const { clock, followed, told, reasons, follower } = fixture()
  follower.follow(routesOf('10.0.0.1'))
  reasons.note({ address: '10.0.0.10', port: 80 }, 'target failed')
  followed.last.print(line('300 ESTABLISHED'))
  followed.last.print(line('300 ESTABLISHED', '10.0.0.11'))
  clock.advance(11_000)
  followed.last.print(line('300 ESTABLISHED'))
  reasons.noteClosing()
  followed.last.print(line('300 ESTABLISHED'))
  assert.deepEqual(
    told.map(({ end, wasReset }) => [end, wasReset]),
    [
      ['target failed', true],
      ['removed', false],
      ['removed', false],
      ['closed', true],
    ],
  )
})

test('under load so many are read a second, more are counted, and beyond that nobody reads', () => {
  const { clock, followed, told, counts, follower } = fixture()
  follower.follow(routesOf('10.0.0.1'))
  let read = 0
  for (let i = 0; i < linesReadPerSecondMax * 2; i++) if (followed.last.print(line())) read++
  assert.equal(told.length, flowLinesPerSecondMax.sample)
  assert.equal(read, linesReadPerSecondMax)
  clock.advance(1_000)
  assert.deepEqual(counts, [linesReadPerSecondMax - flowLinesPerSecondMax.sample])
  assert.ok(followed.last.print(line()))
  assert.equal(told.length, flowLinesPerSecondMax.sample + 1)
  clock.advance(5_000)
  assert.equal(counts.length, 1, 'a quiet second counts nothing')
})

test('ended, conntrack is started again, later and later; having run for long, soon', () => {
  const { clock, followed, told, warnings, follower } = fixture()
  follower.follow(routesOf('10.0.0.1'))
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    const begun = followed.all.length
    followed.last.end('Operation not permitted')
    let waited = 0
    for (; followed.all.length === begun && waited < 100; waited++) clock.advance(1_000)
    waits.push(waited)
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60])
  assert.deepEqual(warnings[0], [
    'ends of flows not told',
    { message: 'Operation not permitted', retryMs: 1_000 },
  ])
  clock.advance(60_000)
  followed.last.end('killed')
  clock.advance(1_000)
  assert.equal(followed.all.length, 11)
  followed.last.print(line())
  assert.equal(told.length, 1)
})

test('another address is another conntrack; none, and a close, leave none behind', () => {
  const { clock, followed, counts, follower } = fixture()
  follower.follow(routesOf('10.0.0.1'))
  follower.follow(routesOf('10.0.0.1'))
  assert.equal(followed.all.length, 1)
  follower.follow(routesOf('fd77::1'))
  assert.match(followed.last.command, /-f ipv6 --orig-dst fd77::1/)
  assert.deepEqual(
    followed.all.map(({ isOver }) => isOver),
    [true, false],
  )
  follower.follow(routesOf(undefined))
  assert.ok(followed.last.isOver)
  follower.follow(routesOf('10.0.0.1'))
  for (let i = 0; i <= flowLinesPerSecondMax.sample; i++) followed.last.print(line())
  follower.close()
  assert.deepEqual(counts, [1], 'what was counted is told at the end')
  assert.ok(followed.last.isOver)
  assert.equal(clock.nextAt(), undefined)
})

test('stopped while it waits to start again, it does not', () => {
  const { clock, followed, follower } = fixture()
  follower.follow(routesOf('10.0.0.1'))
  followed.last.end('no')
  follower.close()
  clock.advance(100_000)
  assert.equal(followed.all.length, 1)
})

test('with nobody to tell, nothing is listened to', () => {
  const { followed, listenTo } = fixture()
  listenTo({}).follow(routesOf('10.0.0.1'))
  assert.equal(followed.all.length, 0)
  listenTo({ flowEnded: () => undefined }).follow(routesOf('10.0.0.1'))
  assert.equal(followed.all.length, 1)
})

test('off, nothing is listened to; on, as many are told as are read', () => {
  const { followed, told, counts, clock, follower } = fixture()
  const wished = (flowLog: 'on' | 'off') => routesOf('10.0.0.1', undefined, { flowLog })
  follower.follow(wished('off'))
  assert.equal(followed.all.length, 0)
  follower.follow(wished('on'))
  for (let i = 0; i < linesReadPerSecondMax; i++) followed.last.print(line())
  assert.equal(told.length, linesReadPerSecondMax)
  assert.ok(!followed.last.print(line()), 'and then nobody reads')
  clock.advance(1_000)
  assert.deepEqual(counts, [])
  follower.follow(wished('off'))
  assert.ok(followed.last.isOver)
  assert.equal(followed.all.length, 1)
})
