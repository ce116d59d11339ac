import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultAdmission, processMegabytes } from '../../src/resources/admission-settings.ts'
import { crowd, killedClient, runaway, startLoadedNode } from './admission-load.ts'

const megabyte = 1024 * 1024
const memoryLimitMegabytes = 256
const admission = { ...defaultAdmission, concurrentMax: 32 }
const limits = { connectionsMax: 1_100, memoryLimitMegabytes, admission }

test('a thousand connections, two hundred of them asking, thirty-two at a time: nobody starves, nobody is lost', {
  timeout: 480_000,
}, async t => {
  const node = await startLoadedNode(limits)
  t.after(node.stop)
  const plan = { connections: 1_000, asking: 200, rounds: 2 }
  const result = await crowd(node, plan)
  const { latenciesMs, answers, runningMax, waitingMax, residentBytesMax, queryBytesMax } = result
  assert.deepEqual(Object.fromEntries(answers), { ok: plan.asking * plan.rounds })
  assert.ok(runningMax <= 32, `${runningMax} ran at a time`)
  assert.ok(waitingMax > 32, `only ${waitingMax} waited: the limit was not felt`)
  assert.ok(queryBytesMax <= memoryLimitMegabytes * megabyte * 1.2, `queries held ${queryBytesMax} bytes`)
  const processMax = processMegabytes(admission, memoryLimitMegabytes) * megabyte * 1.2
  assert.ok(residentBytesMax <= processMax, `the process held ${residentBytesMax} bytes`)
  // First come, first served: all that were there at the start are through before the second round is.
  const [p50 = 0, p99 = 0] = [0.5, 0.99].map(part => latenciesMs[Math.floor((latenciesMs.length - 1) * part)])
  assert.ok(p99 < 3 * p50 + 1_000, `p50 ${p50} ms, p99 ${p99} ms`)
  t.diagnostic(
    `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; process ${Math.round(residentBytesMax / megabyte)} MB, queries ${Math.round(queryBytesMax / megabyte)} MB`,
  )
})

test('a cross join without end and a list without bound are ended, and the node lives', {
  timeout: 240_000,
}, async t => {
  const node = await startLoadedNode({
    ...limits,
    admission: { ...admission, timeouts: { ...admission.timeouts, statementMs: 1_500 } },
  })
  t.after(node.stop)
  assert.equal(
    await runaway(node, 'select count(*) from range(1000000) a, range(1000000) b, range(1000000) c'),
    '57014',
  )
  assert.equal(
    await runaway(
      node,
      "set statement_timeout = 0; select length(string_agg(repeat('x', 100))) from range(100000000)",
    ),
    '53200',
  )
})

test('a client that is killed in the middle of ten million rows leaves nothing within a second', {
  timeout: 240_000,
}, async t => {
  const node = await startLoadedNode(limits)
  t.after(node.stop)
  const tookMs = await killedClient(node)
  t.diagnostic(`everything free after ${tookMs.toFixed(0)} ms`)
  assert.ok(tookMs < 1_000, `${tookMs} ms`)
})
