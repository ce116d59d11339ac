import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventDocument } from '../resources/events.ts'
import { eventLines, eventText } from './event-lines.ts'

const event = (seconds: number, by: string, name: string): EventDocument => ({
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString(),
  by,
  event: name,
  subject: 'data.demo.test. A',
  reason: `as ${by} says`,
  evidence: ['balancer-active-a: stopped'],
})

test('what two servers tell of one thing is one line; what one tells twice is two', () => {
  const lines = eventLines([
    event(1, 'dns-1', 'switched'),
    event(2, 'dns-2', 'switched'),
    event(3, 'dns-1', 'switched'),
    event(3, 'dns-2', 'switched'),
    event(60, 'dns-2', 'switched'),
    event(61, 'dns-2', 'held'),
  ])
  assert.deepEqual(
    lines.map(({ event: name, by }) => `${name} ${by.join()}`),
    ['switched dns-1,dns-2', 'switched dns-1,dns-2', 'switched dns-2', 'held dns-2'],
  )
})

test('areas are told together by time', () => {
  const lines = eventLines([event(5, 'dns-1', 'late'), event(1, 'balancer-active-a', 'early')])
  assert.deepEqual(
    lines.map(line => line.event),
    ['early', 'late'],
  )
})

test('a line, and its evidence below', () => {
  const [line] = eventLines([event(1, 'dns-1', 'failover switched')])
  assert.ok(line)
  assert.equal(
    eventText(line),
    '2026-01-01 00:00:01.000  dns-1  failover switched: data.demo.test. A: as dns-1 says\n    balancer-active-a: stopped\n',
  )
})
