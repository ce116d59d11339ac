import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError, formatEndpoint, passingOn } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { SimulatedNetwork } from '../../testing/network.ts'
import type { TrackedFlow } from './conntrack.ts'
import { resetPeers } from './flow-reset.ts'

const flow = (port: number, also: Partial<TrackedFlow> = {}): TrackedFlow => ({
  transport: 'tcp',
  state: 'ESTABLISHED',
  client: { address: '10.0.0.1', port },
  listener: { address: '10.0.0.100', port: 80 },
  target: { address: '10.1.0.1', port: 8080 },
  source: { address: '10.0.0.100', port },
  ...also,
})

/** Who is asked, from where, in this order. */
function asked(flows: readonly TrackedFlow[]): string[] {
  const clock = new SimulatedClock()
  const seen: string[] = []
  const network = new SimulatedNetwork({ clock, random: seededRandom(1) })
  const recording = {
    ...passingOn(network),
    connect: (...[to, { from = '', fromPort = 0 }]: Parameters<typeof network.connect>) => {
      seen.push(`${formatEndpoint(to)} from ${from}:${fromPort}`)
      return Promise.reject(new ConnectError('reset', to))
    },
  }
  void resetPeers(recording, clock, flows)
  return seen
}

test('all clients are told before any target: they come back', () => {
  assert.deepEqual(asked([flow(1001), flow(1002)]), [
    '10.0.0.1:1001 from 10.0.0.100:80',
    '10.0.0.1:1002 from 10.0.0.100:80',
    '10.1.0.1:8080 from 10.0.0.100:1001',
    '10.1.0.1:8080 from 10.0.0.100:1002',
  ])
})

test('nobody is told whose address is not ours to connect from, or who has no connection', () => {
  const client = { address: '10.0.0.1', port: 1001 }
  assert.deepEqual(asked([flow(1001, { source: client }), flow(1002, { transport: 'udp' })]), [
    '10.0.0.1:1001 from 10.0.0.100:80',
  ])
})
