import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ProbeResult } from './probe.ts'
import {
  type HealthEvent,
  type HealthState,
  healthOf,
  initialVerdict,
  nextVerdict,
  type Thresholds,
  type Verdict,
} from './verdict.ts'

const thresholds: Thresholds = { healthyThreshold: 3, unhealthyThreshold: 2, passive: true }
const pass: ProbeResult = { passed: true, latencyMs: 1, evidence: 'pass' }
const fail: ProbeResult = { passed: false, reason: 'refused', latencyMs: 1, evidence: 'connect refused' }
const word = (said: 'dead' | 'stopping' | 'alive'): HealthEvent => ({
  type: 'word',
  word: said,
  evidence: said,
  atMs: 0,
})
const connectFailed: HealthEvent = { type: 'connect-failed', reason: 'refused', atMs: 0 }

/** `+` a pass, `-` a failure, `c` a refused connect of a client, `d` dead, `s` stopping, `a` alive. */
function after(script: string, from: Verdict = initialVerdict(0), by = thresholds): Verdict {
  let verdict = from
  for (const [i, letter] of Array.from(script).entries()) {
    const atMs = i + 1
    const events: Record<string, HealthEvent> = {
      '+': { type: 'probe', result: pass, atMs },
      '-': { type: 'probe', result: fail, atMs },
      c: connectFailed,
      d: word('dead'),
      s: word('stopping'),
      a: word('alive'),
    }
    verdict = nextVerdict(verdict, { ...(events[letter] as HealthEvent), atMs }, by)
  }
  return verdict
}

test('the state table', () => {
  const table: Record<string, HealthState> = {
    '': 'initial',
    '+': 'healthy',
    '-': 'initial',
    '-+': 'healthy',
    '--': 'unhealthy',
    '+-': 'healthy',
    '+-+-': 'healthy',
    '+--': 'unhealthy',
    '+--++': 'unhealthy',
    '+--++-++': 'unhealthy',
    '+--+++': 'healthy',
    c: 'unhealthy',
    '+c': 'unhealthy',
    '+c++': 'unhealthy',
    '+c++c++': 'unhealthy',
    '+c+++': 'healthy',
    '+d': 'unhealthy',
    '+d++++': 'unhealthy',
    '+da': 'unhealthy',
    '+da++': 'unhealthy',
    '+da+++': 'healthy',
    d: 'unhealthy',
    da: 'initial',
    'da+': 'healthy',
    '+s': 'unhealthy',
    '+sda': 'unhealthy',
    '+a': 'healthy',
  }
  for (const [script, expected] of Object.entries(table))
    assert.equal(healthOf(after(script)), expected, `after '${script}'`)
})

test('evidence is the last thing seen, and since is when health changed', () => {
  const verdict = after('+--+')
  assert.deepEqual([verdict.evidence, verdict.sinceMs], ['pass', 3])
  assert.equal(after('+-').evidence, 'connect refused')
  assert.equal(after('+-').sinceMs, 1)
  assert.equal(after('+c').evidence, "a client's connection was refused")
  assert.deepEqual([after('+d').evidence, after('+d').sinceMs], ['dead', 2])
})

test('without passive checks a refused connect decides nothing', () => {
  assert.equal(healthOf(after('+ccc', initialVerdict(0), { ...thresholds, passive: false })), 'healthy')
})

test('whatever happens, health changes only as the table allows', () => {
  const letters = fc.array(fc.constantFrom('+', '-', 'c', 'd', 's', 'a'), { maxLength: 60 })
  const limits = fc.record({
    healthyThreshold: fc.integer({ min: 1, max: 10 }),
    unhealthyThreshold: fc.integer({ min: 1, max: 10 }),
    passive: fc.boolean(),
  })
  fc.assert(
    fc.property(letters, limits, (script, by) => {
      let verdict = initialVerdict(0)
      let passes = 0
      for (const letter of script) {
        const before = verdict
        verdict = after(letter, verdict, by)
        const isIgnored = verdict === before
        if (letter === '+' && before.forced === undefined) passes++
        else if (before.forced !== undefined || !isIgnored) passes = 0
        if (verdict.forced !== undefined) assert.equal(healthOf(verdict), 'unhealthy')
        if (healthOf(before) === 'unhealthy' && healthOf(verdict) === 'healthy')
          assert.ok(passes >= by.healthyThreshold, 'it earned it by consecutive passes')
        if (before.state !== 'initial') assert.notEqual(verdict.state, 'initial', 'never undecided again')
        assert.equal(
          verdict.forced === undefined,
          !'ds'.includes(letter) && (letter === 'a' || before.forced === undefined),
        )
      }
    }),
  )
})
