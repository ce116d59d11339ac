// Everport's userspace engine alone, in a process of its own: argument is JSON {listen, target} by name.

import { balancerSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import { userspaceEngine } from '../../src/balancer/userspace/engine.ts'
import { limitsFor } from '../../src/balancer/userspace/limits.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { openFilesMax } from '../../src/io/open-files-max.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import { clusterDocuments } from '../../src/testing/cluster-documents.ts'

const { listen, target } = JSON.parse(process.argv[2] ?? '') as Record<
  'listen' | 'target',
  Record<'stream' | 'answer', number>
>
const zones = { a: { balancer: '127.0.0.1', nodes: ['127.0.0.1'] } }
const store = memoryStore()
const documents = clusterDocuments({
  name: 'bench',
  zones,
  ports: { odbc: listen.stream, web: listen.answer },
})
await store.commit(
  [],
  Object.entries(documents).map(([key, value]) => ({ key, value })),
)
const snapshot = balancerSnapshot(store.read(), 'bench', 'a')
const toTarget: Record<number, number> = { [listen.stream]: target.stream, [listen.answer]: target.answer }
const engine = userspaceEngine({
  network: systemNetwork,
  clock: systemClock,
  log: silentLog,
  events: { connectFailed: () => undefined },
  limits: limitsFor(openFilesMax()),
})
const targetGroups = snapshot.targetGroups.map(group => ({
  ...group,
  targets: group.targets.map(one => ({ ...one, port: toTarget[one.port] ?? one.port })),
}))
const states = new Map(
  targetGroups.flatMap(({ targets }) => targets.map(({ key }) => [key, { state: 'healthy' }] as const)),
)
await engine.apply({ ...snapshot, targetGroups }, states)
process.send?.('ready')
process.on('disconnect', () => process.exit(0))
