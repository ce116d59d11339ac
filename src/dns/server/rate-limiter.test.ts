import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { type LimiterVerdict, type RateLimits, rateLimiter, rateLimitsDefault } from './rate-limiter.ts'

const limits: RateLimits = {
  ...rateLimitsDefault,
  answersPerSecond: 10,
  errorsPerSecond: 5,
  windowSeconds: 2,
}

function limiter(changes: Partial<RateLimits> = {}) {
  const clock = new SimulatedClock()
  const subject = rateLimiter({ ...limits, ...changes }, clock, seededRandom(1))
  const ask = (times: number, address = '192.0.2.1', name = 7): LimiterVerdict[] =>
    Array.from({ length: times }, () => subject.decide(address, 'answer', name))
  const sent = (...asked: Parameters<typeof ask>): number =>
    ask(...asked).filter(verdict => verdict === 'send').length
  return { clock, subject, ask, sent }
}

test('a second’s worth is sent; of the rest every second one invites to TCP, the others are dropped', () => {
  const { ask, subject } = limiter()
  const verdicts = ask(20)
  assert.deepEqual(
    verdicts.slice(0, 10),
    Array.from({ length: 10 }, () => 'send'),
  )
  assert.deepEqual(verdicts.slice(10), Array.from({ length: 5 }, () => ['drop', 'truncate']).flat())
  assert.deepEqual([subject.truncated, subject.dropped], [5, 5])
})

test('a rate below the limit is never limited, however long', () => {
  const { clock, sent } = limiter()
  for (let i = 0; i < 1_000; i++) {
    clock.advance(101)
    assert.equal(sent(1), 1)
  }
})

test('who floods on stays limited until it was quiet for the window', () => {
  const { clock, sent } = limiter()
  sent(1_000)
  clock.advance(1_000)
  assert.equal(sent(1), 0)
  clock.advance(2_200)
  assert.equal(sent(1), 1)
  clock.advance(10_000)
  assert.equal(sent(100), 10)
})

test('neighbours share an account; other networks, names and kinds have their own', () => {
  const { subject, sent } = limiter()
  sent(100)
  assert.equal(sent(1, '192.0.2.254'), 0)
  assert.equal(sent(1, '192.0.3.1'), 1)
  assert.equal(sent(1, '192.0.2.1', 8), 1)
  assert.equal(subject.decide('192.0.2.1', 'other', 7), 'send')
  sent(100, '2001:db8:0:aa00::1')
  assert.equal(sent(1, '2001:db8:0:aaff:ffff::1'), 0)
  assert.equal(sent(1, '2001:db8:0:ab00::1'), 1)
})

test('wildcards, NXDOMAIN and the like are counted together, errors by a limit of their own', () => {
  const { subject } = limiter()
  const verdicts = (kind: 'other' | 'error'): number =>
    Array.from({ length: 50 }, (_, name) => subject.decide('192.0.2.1', kind, name)).filter(
      verdict => verdict === 'send',
    ).length
  assert.equal(verdicts('other'), 10)
  assert.equal(verdicts('error'), 5)
})

test('this machine’s own programs are not limited, nor who is exempt', () => {
  const { sent } = limiter({
    exempt: [...limits.exempt, { address: Uint8Array.of(198, 51, 100, 0), bits: 25 }],
  })
  assert.equal(sent(1_000, '127.0.0.1'), 1_000)
  assert.equal(sent(1_000, '::1'), 1_000)
  assert.equal(sent(1_000, '198.51.100.127'), 1_000)
  assert.equal(sent(1_000, '198.51.100.128'), 10)
})

test('slip 0 drops all', () => {
  const { ask } = limiter({ slip: 0 })
  assert.ok(ask(100).every((verdict, i) => (i < 10 ? verdict === 'send' : verdict === 'drop')))
})

test('a flood from a million networks neither grows nor breaks it', () => {
  const { subject, sent } = limiter()
  for (let i = 0; i < 300_000; i++)
    subject.decide(`${i & 127}.${(i >> 7) & 255}.${(i >> 15) & 255}.1`, 'other', 0)
  assert.equal(sent(20, '203.0.113.1'), 10)
})

test('any text for an address is counted and never throws', () => {
  const { subject } = limiter()
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), fc.nat(), (address, name) => {
      assert.ok(['send', 'truncate', 'drop'].includes(subject.decide(address, 'answer', name)))
    }),
  )
})
