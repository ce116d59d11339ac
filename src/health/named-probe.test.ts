import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../testing/clock.ts'
import { namedProbe, type ResolveAddresses } from './named-probe.ts'
import type { ProbeResult, ProbeSpec, SendProbe } from './probe.ts'

const spec = {
  to: { address: '', port: 80 },
  hostName: 'a.example',
  timeoutMs: 500,
  protocol: 'tcp',
} as const

async function probed(resolve: ResolveAddresses, waitMs = 0) {
  const clock = new SimulatedClock()
  const asked: ProbeSpec[] = []
  const results: ProbeResult[] = []
  const send: SendProbe = (one, done) => {
    asked.push(one)
    return clock.after(1, () => done({ passed: true, latencyMs: 1, evidence: 'connected' }))
  }
  const cancel = namedProbe(clock, resolve, send, spec, result => results.push(result))
  await clock.advanceAsync(waitMs)
  return { clock, asked, results, cancel }
}

test('the first address is probed, and told', async () => {
  const { asked, results } = await probed(async () => ['192.0.2.7', '192.0.2.8'], 10)
  assert.deepEqual(asked, [{ to: { address: '192.0.2.7', port: 80 }, timeoutMs: 500, protocol: 'tcp' }])
  assert.equal(results[0]?.resolved, '192.0.2.7')
})

const failures: [name: string, resolve: ResolveAddresses, evidence: RegExp][] = [
  ['no address', async () => [], /a\.example has no IPv4 address/],
  ['no such name', () => Promise.reject(new Error('queryA ENOTFOUND')), /queryA ENOTFOUND/],
  ['no answer', () => new Promise(() => undefined), /no address of a\.example within 500 ms/],
]
for (const [name, resolve, evidence] of failures) {
  test(`${name}: a failure of the name, once`, async () => {
    const { asked, results } = await probed(resolve, 5_000)
    assert.deepEqual(asked, [])
    assert.equal(results.length, 1)
    const [result] = results
    assert.equal(result?.passed === false && result.reason, 'name')
    assert.match(result?.evidence ?? '', evidence)
  })
}

test('an answer that comes too late, or after a cancel, sends nothing', async () => {
  let answer: (addresses: string[]) => void = () => undefined
  const late = await probed(() => new Promise(resolve => (answer = resolve)), 600)
  answer(['192.0.2.7'])
  await late.clock.advanceAsync(10)
  assert.deepEqual([late.asked.length, late.results.length], [0, 1])

  const cancelled = await probed(() => new Promise(resolve => (answer = resolve)), 10)
  cancelled.cancel()
  answer(['192.0.2.7'])
  await cancelled.clock.advanceAsync(1_000)
  assert.deepEqual([cancelled.asked.length, cancelled.results.length], [0, 0])
})
