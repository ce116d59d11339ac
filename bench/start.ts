// How long `everport up` takes to all healthy: ten processes, on an empty state folder and on one that was used before.
import { startEverport } from '../test/system/everport.ts'
import { benchContext, percentile, report } from './report.ts'

const rounds = Number(process.argv[2] ?? 5)
const context = benchContext()
const first: number[] = []
const again: number[] = []
try {
  for (let round = 0; round < rounds; round++) {
    const everport = await startEverport(context)
    first.push(secondsIn(everport.output()))
    await everport.interrupt()
    await everport.restart()
    again.push(secondsIn(everport.output()))
    await everport.interrupt()
  }
} finally {
  await context.end()
}
const sorted = (values: number[]): number[] => values.toSorted((a, b) => a - b)
const row = (name: string, values: number[]): (string | number)[] => [
  name,
  percentile(sorted(values), 50).toFixed(1),
  percentile(sorted(values), 100).toFixed(1),
]
report(
  `everport up, ${rounds} rounds: seconds to all healthy`,
  ['state folder', 'p50', 'max'],
  [row('empty', first), row('used before', again)],
  [
    ['start_empty_max', percentile(sorted(first), 100), 's'],
    ['start_again_max', percentile(sorted(again), 100), 's'],
  ],
)

/** What the program itself says. */
function secondsIn(output: string): number {
  return Number(/All healthy after ([\d.]+) s/.exec(output)?.[1])
}
