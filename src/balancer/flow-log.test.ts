import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, silentLog } from '../base/log.ts'
import type { FlowLogWish } from '../resources/load-balancing.ts'
import { SimulatedClock } from '../testing/clock.ts'
import type { FlowRecord } from './engine.ts'
import { flowLinesPerSecondMax, flowLog } from './flow-log.ts'

const flow: FlowRecord = {
  protocol: 'tcp',
  client: { address: '127.0.0.1', port: 40_000 },
  port: 9996,
  target: { key: 'tg/1', address: '127.0.1.11', port: 9996 },
  failOpen: false,
  bytesFromClient: 5,
  bytesFromTarget: 7,
  durationMs: 12.34,
  end: 'client',
  wasReset: false,
}

function told(wish: () => FlowLogWish = () => 'sample') {
  const lines: [string, Record<string, unknown> | undefined][] = []
  const log: Log = { ...silentLog, info: (event, fields) => lines.push([event, fields]) }
  const clock = new SimulatedClock()
  return { lines, clock, flows: flowLog(log, clock, wish) }
}

test('a flow is one line: who, target, bytes, duration and why it ended', () => {
  const { lines, flows } = told()
  flows.tell(flow)
  flows.tell({ ...flow, target: undefined, end: 'no target', wasReset: true, failOpen: true })
  assert.deepEqual(lines[0], [
    'flow',
    {
      protocol: 'tcp',
      client: '127.0.0.1:40000',
      listener: 9996,
      target: 'tg/1',
      at: '127.0.1.11:9996',
      bytesFromClient: 5,
      bytesFromTarget: 7,
      durationMs: 12,
      end: 'client',
    },
  ])
  assert.deepEqual(
    [lines[1]?.[1]?.['end'], lines[1]?.[1]?.['reset'], lines[1]?.[1]?.['failOpen']],
    ['no target', true, true],
  )
})

test('under load so many lines a second, and one that counts the rest', () => {
  const { lines, clock, flows } = told()
  for (let i = 0; i < flowLinesPerSecondMax.sample + 50; i++)
    flows.tell({ ...flow, end: i % 2 === 0 ? 'client' : 'idle' })
  assert.equal(lines.length, flowLinesPerSecondMax.sample)
  clock.advance(1_000)
  assert.deepEqual(lines.at(-1), ['flows not told one by one', { client: 25, idle: 25 }])
  clock.advance(5_000)
  assert.equal(lines.length, flowLinesPerSecondMax.sample + 1, 'quiet seconds say nothing')
  flows.tell(flow)
  assert.equal(lines.at(-1)?.[0], 'flow')
  flows.close()
})

test('flows of which only the number is known are counted beside the others', () => {
  const { lines, clock, flows } = told()
  flows.count(7)
  flows.count(3)
  assert.deepEqual(lines, [])
  clock.advance(1_000)
  assert.deepEqual(lines, [['flows not told one by one', { unread: 10 }]])
})

test('on, many more are lines; off, none is, and their number is not told either; it may change', () => {
  let wish: FlowLogWish = 'on'
  const { lines, clock, flows } = told(() => wish)
  for (let i = 0; i < flowLinesPerSecondMax.on + 1; i++) flows.tell(flow)
  assert.equal(lines.length, flowLinesPerSecondMax.on)
  clock.advance(1_000)
  assert.deepEqual(lines.at(-1), ['flows not told one by one', { client: 1 }])
  lines.length = 0
  wish = 'off'
  flows.tell(flow)
  flows.count(3)
  clock.advance(1_000)
  assert.deepEqual(lines, [])
  wish = 'sample'
  flows.tell(flow)
  assert.equal(lines.length, 1)
  flows.close()
})
