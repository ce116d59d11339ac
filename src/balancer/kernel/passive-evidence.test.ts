import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import { routing } from '../selection/routing.ts'
import { PassiveEvidence } from './passive-evidence.ts'
import type { Counted } from './read-counters.ts'

const target = targetPart('a', { address: '10.0.0.1', port: 80 })
const routes = (protocol = 'TCP') =>
  routing(snapshotPart([listenerPart(80)], [groupPart([target], { protocol })]), new Map())

/** Counters of one interval. */
const reading = ({ opened = 0, answers = 0, refusals = 0 }): Map<string, Counted> =>
  new Map(
    Object.entries({
      'opened_tg_10.0.0.1_80': opened,
      'answers_10.0.0.1_80': answers,
      'refusals_10.0.0.1_80': refusals,
    }).map(([name, packets]) => [name, { packets, bytes: packets * 60 }]),
  )

function judge(readings: Parameters<typeof reading>[0][], protocol = 'TCP'): string[] {
  const evidence = new PassiveEvidence()
  return readings.map(numbers =>
    evidence
      .next(routes(protocol), reading(numbers))
      .map(({ reason }) => reason)
      .join(),
  )
}

test('one refusal is evidence; so is silence for two readings after a flow was sent', () => {
  assert.deepEqual(judge([{ opened: 1, refusals: 1 }]), ['refused'])
  assert.deepEqual(judge([{ opened: 1 }, {}, {}, {}]), ['', '', 'timeout', ''])
  assert.deepEqual(judge([{ opened: 1 }, { opened: 1 }, { opened: 1 }, {}]), ['', '', 'timeout', 'timeout'])
})

test('a target that answers anything is not silent, nor is one that nobody asked', () => {
  assert.deepEqual(judge([{ opened: 9, answers: 8 }, {}, {}]), ['', '', ''])
  assert.deepEqual(judge([{ opened: 1 }, { answers: 1 }, {}, {}]), ['', '', '', ''])
  assert.deepEqual(judge([{}, {}, {}, {}]), ['', '', '', ''])
})

test('UDP owes no answer', () => {
  assert.deepEqual(judge([{ opened: 1 }, {}, {}], 'UDP'), ['', '', ''])
  assert.deepEqual(judge([{ opened: 1 }, {}, {}], 'TCP_UDP'), ['', '', ''])
})
