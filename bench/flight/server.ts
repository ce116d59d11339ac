// A node with all its ports, in a process of its own. Prints where it is; ends when its input ends.

import { startFlightNodes } from '../../test/compat/flight-nodes.ts'
import { benchContext } from '../report.ts'
import { benchView } from './tables.ts'

const context = benchContext()
const { nodes } = await startFlightNodes(context, benchView, 1)
const [node] = nodes
console.log(JSON.stringify({ flight: node?.runtime, postgres: node?.sql.at }))
process.stdin.resume()
process.stdin.once('end', () => void context.end().finally(() => process.exit(0)))
