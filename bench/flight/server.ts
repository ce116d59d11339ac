// A node with all its ports, in a process of its own. Prints where it is, and for each line of its input what it has used of the
// processors, in microseconds; ends when its input ends.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import duckdb from '@duckdb/node-bindings'
import { letHeapGrow } from '../../src/io/heap-growth.ts'
import { startFlightNodes } from '../../test/compat/flight-nodes.ts'
import { benchContext } from '../report.ts'
import { benchFiles, benchViews } from './tables.ts'

// As a node does.
letHeapGrow()
const context = benchContext()
const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
context.after(() => rmSync(folder, { recursive: true, force: true }))
const connection = await duckdb.connect(await duckdb.open(':memory:'))
await duckdb.query(connection, benchFiles(folder))
duckdb.disconnect_sync(connection)
const { nodes } = await startFlightNodes(context, benchViews(folder), 1)
const [node] = nodes
console.log(JSON.stringify({ flight: node?.runtime, postgres: node?.sql.at }))
const input = createInterface({ input: process.stdin })
input.on('line', () => {
  const { user, system } = process.cpuUsage()
  console.log(user + system)
})
input.on('close', () => void context.end().finally(() => process.exit(0)))
