// A node in a process of its own, for admission-load.ts: tells where it listens, and ends when its parent does.
import type { NodeLimits } from '../../src/resources/node-config.ts'
import { startNode } from '../../src/roles/node.ts'
import { nodeBench } from '../../src/testing/node-bench.ts'

const bench = await nodeBench({ limits: JSON.parse(process.argv[2] ?? '{}') as Partial<NodeLimits> })
const node = await startNode(bench.context)
process.send?.({ odbc: node.odbc, web: node.web })
process.on('disconnect', () => {
  bench.remove()
  process.exit(0)
})
