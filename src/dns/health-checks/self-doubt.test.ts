import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthState } from '../../health/verdict.ts'
import { blindHoldMs, type CheckedEndpoint, selfDoubt } from './self-doubt.ts'

const p = { id: 'p', host: 'P' }
const s = { id: 's', host: 'S' }
const endpoints = (state: HealthState = 'healthy', host = 'S'): CheckedEndpoint[] => [
  { ...p, state: 'healthy' },
  { id: 's', host, state },
]
const nobody = { anyVotes: false, sees: () => false }
const healthy = { anyVotes: true, sees: () => false }
const unhealthy = { anyVotes: true, sees: () => true }

type Doubt = ReturnType<typeof selfDoubt>
const fails = (doubt: Doubt, startedAt: number): boolean => doubt.hear(p, false, startedAt, startedAt + 10)
const passes = (doubt: Doubt, at: number): boolean => doubt.hear(s, true, at - 1, at)

const rows: [
  title: string,
  tell: (doubt: Doubt) => void,
  CheckedEndpoint[],
  typeof nobody,
  doubted: boolean,
][] = [
  ['no other host', doubt => fails(doubt, 100), endpoints('healthy', 'P'), nobody, false],
  ['every other host unhealthy already', doubt => fails(doubt, 100), endpoints('unhealthy'), nobody, false],
  ['another host without data yet', doubt => fails(doubt, 100), endpoints('initial'), nobody, true],
  [
    'another host passed long before',
    doubt => (passes(doubt, 50), fails(doubt, 100), fails(doubt, 200)),
    endpoints(),
    nobody,
    true,
  ],
  [
    'another host passed between',
    doubt => (fails(doubt, 100), passes(doubt, 150), fails(doubt, 200)),
    endpoints(),
    nobody,
    false,
  ],
  [
    'another passed while the first one ran',
    doubt => (passes(doubt, 105), fails(doubt, 100), fails(doubt, 200)),
    endpoints(),
    nobody,
    false,
  ],
  [
    'another passed after the last began',
    doubt => (fails(doubt, 100), passes(doubt, 205), fails(doubt, 200)),
    endpoints(),
    nobody,
    true,
  ],
  ['nobody else votes', doubt => fails(doubt, 100), endpoints(), nobody, true],
  ['others see it healthy', doubt => fails(doubt, 100), endpoints(), healthy, true],
  ['others see it unhealthy', doubt => fails(doubt, 100), endpoints(), unhealthy, false],
]
for (const [title, tell, known, others, doubted] of rows) {
  test(`${title}: ${doubted ? 'doubted' : 'believed'}`, () => {
    const doubt = selfDoubt()
    tell(doubt)
    assert.equal(doubt.doubts('p', 210, known, others), doubted)
    assert.equal(doubt.isDoubted('p'), doubted)
  })
}

test('the hold ends for who is alone, never for who is contradicted', () => {
  const doubt = selfDoubt()
  fails(doubt, 100)
  assert.equal(doubt.doubts('p', 1_000, endpoints(), nobody), true)
  assert.equal(doubt.holdEndsAt(), 1_000 + blindHoldMs)
  fails(doubt, 5_000)
  assert.equal(doubt.doubts('p', 999 + blindHoldMs, endpoints(), nobody), true)
  assert.equal(doubt.doubts('p', 60_000, endpoints(), healthy), true)
  assert.equal(doubt.doubts('p', 1_000 + blindHoldMs, endpoints(), nobody), false)
})

test('a pass of its own ends the doubt of a check; one of another host asks for new probes', () => {
  const doubt = selfDoubt()
  fails(doubt, 100)
  doubt.doubts('p', 110, endpoints(), nobody)
  assert.equal(passes(doubt, 200), true)
  assert.equal(doubt.hear(p, true, 201, 205), false)
  assert.equal(doubt.isDoubted('p'), false)
  assert.equal(doubt.holdEndsAt(), undefined)
})

test('blind: nothing that may be healthy answers', () => {
  const doubt = selfDoubt()
  assert.equal(doubt.isBlind(endpoints()), false)
  fails(doubt, 100)
  doubt.doubts('p', 110, endpoints(), nobody)
  assert.equal(doubt.isBlind(endpoints()), false, 's has not failed yet')
  doubt.hear(s, false, 100, 120)
  assert.equal(doubt.isBlind(endpoints()), true)
  passes(doubt, 200)
  assert.equal(doubt.isBlind(endpoints()), false)
})

test('a check that is forgotten is in doubt no more', () => {
  const doubt = selfDoubt()
  fails(doubt, 100)
  doubt.doubts('p', 110, endpoints(), nobody)
  doubt.forget('p')
  assert.deepEqual(doubt.doubted(), [])
  assert.equal(doubt.holdEndsAt(), undefined)
})
