// A node under more load than it takes: a thousand connections, two hundred of which ask at once, thirty-two at a time. How long they wait, what memory it costs, and
// how soon everything is free when a client is killed in the middle of a large result.
import { defaultAdmission } from '../src/resources/admission-settings.ts'
import { crowd, killedClient, runaway, startLoadedNode } from '../test/system/admission-load.ts'
import { benchContext, percentile, report } from './report.ts'

const rounds = Number(process.argv[2] ?? 5)
const megabyte = 1024 * 1024
const context = benchContext()
const rows: (string | number)[][] = []
const figures: [string, number, string][] = []
try {
  for (const concurrentMax of [8, 32, 128]) {
    const node = await startLoadedNode({
      connectionsMax: 1_100,
      memoryLimitMegabytes: 512,
      admission: { ...defaultAdmission, concurrentMax },
    })
    context.after(node.stop)
    const result = await crowd(node, { connections: 1_000, asking: 200, rounds })
    const [p50, p99] = [50, 99].map(percent => percentile(result.latenciesMs, percent))
    const last = result.latenciesMs.at(-1) ?? Number.NaN
    const answered = result.answers.get('ok') ?? 0
    rows.push([
      `at most ${concurrentMax}`,
      ((answered * 1_000) / result.elapsedMs).toFixed(0),
      (p50 ?? 0).toFixed(0),
      (p99 ?? 0).toFixed(0),
      last.toFixed(0),
      result.runningMax,
      Math.round(result.queryBytesMax / megabyte),
      Math.round(result.residentBytesMax / megabyte),
      200 * rounds - answered,
    ])
    if (concurrentMax === 32) {
      figures.push(['admission_wait_p50', p50 ?? 0, 'ms'], ['admission_wait_p99', p99 ?? 0, 'ms'])
      figures.push(['admission_process_memory', result.residentBytesMax / megabyte, 'MB'])
      figures.push(['admission_lost', 200 * rounds - answered, 'queries'])
      const killed: number[] = []
      for (let i = 0; i < 5; i++) killed.push(await killedClient(node))
      figures.push(['admission_killed_client_freed', Math.max(...killed), 'ms'])
      const endless = 'select count(*) from range(1000000) a, range(1000000) b, range(1000000) c'
      const from = performance.now()
      await runaway(node, `set statement_timeout = '1s'; ${endless}`)
      figures.push(['admission_runaway_ended_after', performance.now() - from, 'ms'])
    }
  }
} finally {
  await context.end()
}
report(
  `1,000 connections, 200 ask ${rounds} times each, all at once`,
  [
    'queries at a time',
    'answers/s',
    'p50 ms',
    'p99 ms',
    'longest ms',
    'ran',
    'queries MB',
    'process MB',
    'not answered',
  ],
  rows,
  figures,
)
