import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../base/random.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { type CheckedTarget, healthChecker } from './checker.ts'
import type { ProbeResult, SendProbe } from './probe.ts'
import { healthOf } from './verdict.ts'

const thresholds = { healthyThreshold: 2, unhealthyThreshold: 2, passive: true }

function target(id: string, more: Partial<CheckedTarget> = {}): CheckedTarget {
  return {
    id,
    probe: { protocol: 'tcp', to: { address: `10.0.0.${id}`, port: 1 }, timeoutMs: 500 },
    intervalMs: 250,
    immediateReprobe: true,
    thresholds,
    ...more,
  }
}

type Behaviour = 'answers' | 'refuses' | 'hangs'

/** Targets that answer after 1 ms, refuse after 1 ms, or hang until the timeout; and the checker that watches them. */
function arrange(seed = 1) {
  const clock = new SimulatedClock()
  const behaviour = new Map<string, Behaviour>()
  const changes: string[] = []
  const sent = new Map<string, number[]>()
  let [inFlight, inFlightMax] = [0, 0]
  const send: SendProbe = (spec, done) => {
    const id = spec.to.address.split('.').at(-1) ?? ''
    sent.set(id, [...(sent.get(id) ?? []), clock.now()])
    inFlightMax = Math.max(inFlightMax, ++inFlight)
    // A process that stops while a probe is on its way does not answer it.
    let cancel = clock.after(1, () => {
      const now = behaviour.get(id) ?? 'answers'
      if (now === 'hangs') cancel = clock.after(spec.timeoutMs - 1, () => tell(resultOf('hangs')))
      else tell(resultOf(now))
    })
    const tell = (result: ProbeResult): void => {
      inFlight--
      done(result)
    }
    return () => {
      inFlight--
      cancel()
    }
  }
  const checker = healthChecker({
    clock,
    random: seededRandom(seed),
    send,
    changed: (id, verdict) => changes.push(`${id} ${healthOf(verdict)} at ${Math.round(clock.now())}`),
  })
  const health = (id: string): string => {
    const verdict = checker.verdict(id)
    return verdict === undefined ? 'unknown' : healthOf(verdict)
  }
  return { clock, behaviour, changes, sent, checker, health, inFlightMax: () => inFlightMax }
}

function resultOf(behaviour: Behaviour): ProbeResult {
  if (behaviour === 'answers') return { passed: true, latencyMs: 1, evidence: 'connected' }
  if (behaviour === 'refuses')
    return { passed: false, reason: 'refused', latencyMs: 1, evidence: 'connect refused' }
  return { passed: false, reason: 'timeout', latencyMs: 500, evidence: 'no answer' }
}

test('a new target is in service at its first pass, within the start spread', () => {
  const { clock, checker, health } = arrange()
  checker.setTargets([target('1')])
  assert.equal(health('1'), 'initial')
  assert.equal(checker.isSettled(), false)
  clock.advance(51)
  assert.equal(health('1'), 'healthy')
  assert.ok(checker.isSettled())
})

test('time budget: a hung process is out within interval + 2 timeouts, a killed one within an interval', () => {
  for (let seed = 1; seed <= 200; seed++) {
    for (const [how, budgetMs] of [
      ['hangs', 250 + 2 * 500],
      ['refuses', 250 + 2],
    ] as const) {
      const { clock, behaviour, checker, health } = arrange(seed)
      checker.setTargets([target('1')])
      clock.advance(1_000 + seed * 7.3)
      assert.equal(health('1'), 'healthy')
      behaviour.set('1', how)
      const stoppedAt = clock.now()
      while (health('1') === 'healthy') clock.advance(1)
      const tookMs = clock.now() - stoppedAt
      assert.ok(tookMs <= budgetMs + 2, `${how}, seed ${seed}: ${tookMs} ms of ${budgetMs}`)
    }
  }
})

test("time budget: a client's refused connect or the supervisor's word is known at once", () => {
  const { clock, checker, health } = arrange()
  checker.setTargets([target('1'), target('2')])
  clock.advance(300)
  checker.connectFailed('1', 'refused')
  assert.equal(health('1'), 'unhealthy')
  checker.setWord('2', 'dead', 'killed by SIGKILL')
  assert.equal(health('2'), 'unhealthy')
  assert.equal(checker.verdict('2')?.evidence, 'killed by SIGKILL')
})

test('a client connect that timed out decides nothing, but a probe goes out now', () => {
  const { clock, checker, health, sent } = arrange()
  checker.setTargets([target('1', { intervalMs: 30_000 })])
  clock.advance(100)
  const before = sent.get('1')?.length ?? 0
  checker.connectFailed('1', 'timeout')
  assert.equal(health('1'), 'healthy')
  clock.advance(0)
  assert.equal(sent.get('1')?.length, before + 1)
})

test('while the supervisor holds a target for dead nothing is sent; alive again, a probe goes out at once', () => {
  const { clock, checker, health, sent } = arrange()
  checker.setTargets([target('1')])
  clock.advance(1_000)
  checker.setWord('1', 'dead', 'killed')
  const count = sent.get('1')?.length
  clock.advance(5_000)
  assert.equal(sent.get('1')?.length, count)
  checker.setWord('1', 'alive', 'running')
  clock.advance(0)
  assert.equal(sent.get('1')?.at(-1), clock.now())
  clock.advance(2)
  assert.equal(health('1'), 'unhealthy', 'one pass is not enough for a target that was down')
  clock.advance(252)
  assert.equal(health('1'), 'healthy')
})

test('a probe sent before the death and answered after it does not count', () => {
  const { clock, checker, health, sent } = arrange()
  checker.setTargets([target('1')])
  clock.advance(1_000)
  const count = sent.get('1')?.length
  while (sent.get('1')?.length === count) clock.advance(0.5)
  checker.setWord('1', 'dead', 'killed')
  checker.setWord('1', 'alive', 'running')
  clock.advance(1.5)
  assert.equal(health('1'), 'unhealthy')
})

test('without immediate re-probe, the second failure is an interval later', () => {
  const { clock, behaviour, checker, sent } = arrange()
  checker.setTargets([target('1', { immediateReprobe: false })])
  clock.advance(1_000)
  behaviour.set('1', 'refuses')
  clock.advance(2_000)
  const gaps = (sent.get('1') ?? []).slice(2).map((at, i) => at - (sent.get('1')?.[i + 1] ?? 0))
  for (const gap of gaps) assert.ok(Math.abs(gap - 250) < 1e-6, `gap of ${gap} ms`)
})

test('a target that flaps on every other probe is probed twice an interval at most', () => {
  const { clock, behaviour, checker, sent } = arrange()
  checker.setTargets([target('1', { thresholds: { ...thresholds, unhealthyThreshold: 10 } })])
  clock.advance(1_000)
  behaviour.set('1', 'refuses')
  const before = sent.get('1')?.length ?? 0
  clock.advance(1_000)
  assert.ok((sent.get('1')?.length ?? 0) - before <= 6)
})

test('a change of the set keeps the verdicts of those who stay', () => {
  const { clock, behaviour, checker, health } = arrange()
  behaviour.set('2', 'refuses')
  checker.setTargets([target('1'), target('2'), target('3')])
  clock.advance(1_000)
  checker.setTargets([target('1', { intervalMs: 100 }), target('2'), target('4')])
  assert.equal(health('1'), 'healthy')
  assert.equal(health('2'), 'unhealthy')
  assert.equal(health('3'), 'unknown')
  assert.equal(health('4'), 'initial')
})

test('one asked something else keeps its verdict and is asked at once; one at another address is new', () => {
  const { clock, checker, health, sent } = arrange()
  checker.setTargets([target('1', { intervalMs: 30_000 })])
  clock.advance(100)
  const other = { protocol: 'tcp', to: { address: '10.0.0.1', port: 2 }, timeoutMs: 500 } as const
  checker.setTargets([target('1', { intervalMs: 30_000, probe: other })])
  assert.equal(health('1'), 'healthy')
  clock.advance(0)
  assert.equal(sent.get('1')?.at(-1), clock.now())
  checker.setTargets([target('1', { probe: { ...other, to: { address: '10.0.0.2', port: 2 } } })])
  assert.equal(health('1'), 'initial')
})

test('a thousand targets at 250 ms: each probed on time, spread out, one probe in flight for each at most', () => {
  const { clock, behaviour, checker, sent, inFlightMax } = arrange()
  const targets = Array.from({ length: 1000 }, (_, i) => target(String(i)))
  for (let i = 0; i < 1000; i += 10) behaviour.set(String(i), 'hangs')
  checker.setTargets(targets)
  clock.advance(10_000)
  for (const [id, times] of sent) {
    const expected = behaviour.get(id) === 'hangs' ? 20 : 40
    assert.ok(Math.abs(times.length - expected) <= 2, `${id}: ${times.length} probes`)
    for (let i = 1; i < times.length; i++) {
      const gap = (times[i] ?? 0) - (times[i - 1] ?? 0)
      assert.ok(i === 1 || gap >= 249.9, `${id}: gap of ${gap} ms`)
    }
  }
  assert.ok(inFlightMax() < 250, `${inFlightMax()} in flight at once`)
})

/** Checked on one port of the same place, as the target groups of a node are; each asks as its own listener. */
function service(id: string, listener: number, more: Partial<CheckedTarget> = {}): CheckedTarget {
  const to = { address: '10.0.0.1', port: 9090 }
  const host = `10.0.0.100:${listener}`
  return target(id, {
    probe: { protocol: 'http', to, timeoutMs: 500, host, path: '/ready', matcher: [[200, 200]] },
    ...more,
  })
}

test('who asks the same of the same place shares its probes, and each keeps a verdict of its own', () => {
  const { clock, behaviour, checker, health, sent } = arrange()
  const patient = { thresholds: { ...thresholds, unhealthyThreshold: 4 } }
  checker.setTargets([service('sql', 9996), service('runtime', 9999), service('patient', 9090, patient)])
  clock.advance(10_000)
  const count = sent.get('1')?.length ?? 0
  assert.ok(Math.abs(count - 41) <= 1, `${count} probes, as for one`)
  behaviour.set('1', 'refuses')
  while (health('sql') === 'healthy') clock.advance(1)
  assert.equal(health('runtime'), 'unhealthy')
  assert.equal(health('patient'), 'healthy')
  clock.advance(501)
  assert.equal(health('patient'), 'unhealthy')
})

test("the supervisor's word on one of those who share stops no probe of the others, and it hears none from before", () => {
  const { clock, behaviour, checker, health, sent } = arrange()
  checker.setTargets([service('sql', 9996), service('runtime', 9999)])
  clock.advance(1_000)
  checker.setWord('sql', 'dead', 'killed')
  const before = sent.get('1')?.length ?? 0
  clock.advance(1_000)
  assert.ok((sent.get('1')?.length ?? 0) >= before + 3)
  assert.deepEqual([health('sql'), health('runtime')], ['unhealthy', 'healthy'])
  // One that hangs was asked before the word was taken back; the answer that counts is that of the next.
  behaviour.set('1', 'hangs')
  clock.advance(300)
  behaviour.set('1', 'answers')
  checker.setWord('sql', 'alive', 'running')
  clock.advance(2)
  assert.deepEqual([health('sql'), health('runtime')], ['unhealthy', 'healthy'])
  clock.advance(252)
  assert.equal(health('sql'), 'healthy')
})

test('who joins a round hears of it soon, and who is asked otherwise leaves it', () => {
  const { clock, checker, health, sent } = arrange()
  const rarely = { intervalMs: 30_000 }
  checker.setTargets([service('sql', 9996, rarely)])
  clock.advance(40_000)
  checker.setTargets([service('sql', 9996, rarely), service('runtime', 9999, rarely)])
  assert.equal(checker.isSettled(), false)
  clock.advance(51)
  assert.deepEqual([health('runtime'), checker.isSettled()], ['healthy', true])
  checker.setTargets([service('sql', 9996, rarely), service('runtime', 9999)])
  clock.advance(60)
  const before = sent.get('1')?.length ?? 0
  clock.advance(10_000)
  assert.ok(Math.abs((sent.get('1')?.length ?? 0) - before - 40) <= 1)
  checker.setTargets([service('sql', 9996, rarely)])
  clock.advance(30_001)
  assert.equal(
    sent.get('1')?.at(-1),
    sent
      .get('1')
      ?.toSorted((a, b) => a - b)
      .at(-1),
  )
  checker.close()
  assert.equal(clock.nextAt(), undefined)
})

test('after close nothing is sent and nothing waits', () => {
  const { clock, checker, changes } = arrange()
  checker.setTargets([target('1'), target('2')])
  clock.advance(1_000)
  const before = changes.length
  checker.close()
  assert.equal(clock.nextAt(), undefined)
  assert.equal(changes.length, before)
})
