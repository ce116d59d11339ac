import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EverportError } from '../base/errors.ts'
import type { LoadBalancerDocument } from '../resources/load-balancing.ts'
import { type BalancerStatus, balancerStatusKey } from '../resources/status.ts'
import { memoryStore } from '../store/memory-store.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { explainFlows, flowText } from './explain-flow.ts'

const state = (id: string, zone: string, State: 'healthy' | 'unhealthy') => ({
  TargetGroupArn: 'arn:active-odbc',
  Target: { Id: id, Port: 9996, AvailabilityZone: zone },
  TargetHealth: State === 'healthy' ? { State } : { State, Description: 'Health checks failed' },
  Evidence: '',
})

async function snapshotWith(also: Record<string, object> = {}) {
  const status: BalancerStatus = {
    engine: 'userspace',
    engineReason: '',
    listeners: [],
    targets: [state('i-a', 'a', 'unhealthy'), state('i-b', 'b', 'healthy')],
  }
  const documents = { ...clusterDocuments(), [balancerStatusKey('active', 'a')]: status, ...also }
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  return store.read()
}

test('a flow is explained by the address of its listener, as that balancer sees its targets', async () => {
  const flows = explainFlows(await snapshotWith(), '10.0.0.7:40000', '127.0.1.1:9996', 'tcp')
  assert.equal(flows.length, 1)
  const text = flowText(flows, { colour: false })
  assert.match(text, /^tcp 10\.0\.0\.7:40000 → 127\.0\.1\.1:9996 {3}\(active, zone a\)$/m)
  assert.match(text, /^→ active-odbc\/i-b:9996: it has slot \d+ of 4093, where the flow hashes to$/m)
  assert.match(text, /among: other zones, healthy$/m)
  assert.match(text, /^ {2}if it refuses: active-odbc\/i-a:9996$/m)
  assert.match(text, /^ {2}active-odbc\/i-a:9996 in a: unhealthy \(Health checks failed\)$/m)
})

test('a cluster is each of its zones; one whose balancer has told nothing knows nothing', async () => {
  const flows = explainFlows(await snapshotWith(), '10.0.0.7:1', 'active:9996', 'tcp')
  assert.deepEqual(
    flows.map(({ zone, target, lookup }) => [zone, target, lookup?.failOpen]),
    [
      ['a', 'active-odbc/i-b:9996', false],
      ['b', 'active-odbc/i-b:9996', true],
    ],
  )
})

test('what reaches nobody says why', async () => {
  const snapshot = await snapshotWith()
  const reason = (listener: string, protocol: 'tcp' | 'udp' = 'tcp'): string | undefined =>
    explainFlows(snapshot, '10.0.0.7:1', listener, protocol)[0]?.reason
  assert.equal(reason('127.0.1.1:80'), 'no listener on port 80; there are 9090, 9996')
  assert.equal(reason('127.0.1.1:9996', 'udp'), 'the listener takes TCP, not UDP')
  const balancer = clusterDocuments()['elbv2/load-balancer/active'] as LoadBalancerDocument
  const closed = await snapshotWith({
    'elbv2/load-balancer/active': {
      ...balancer,
      LoadBalancer: { ...balancer.LoadBalancer, SecurityGroups: ['sg-1'] },
    },
  })
  assert.match(
    explainFlows(closed, '10.0.0.7:1', '127.0.1.1:9996', 'tcp')[0]?.reason ?? '',
    /no security group/,
  )
})

test('what is written wrong is told, with what there is', async () => {
  const snapshot = await snapshotWith()
  const refused = (client: string | undefined, listener: string | undefined): EverportError => {
    try {
      explainFlows(snapshot, client, listener, 'tcp')
    } catch (error) {
      return error as EverportError
    }
    throw new assert.AssertionError({ message: 'was not refused' })
  }
  assert.match(refused(undefined, '127.0.1.1:1').message, /CLIENT:PORT.*found nothing/)
  assert.match(refused('somebody:1', '127.0.1.1:1').message, /somebody is no IP address/)
  assert.match(refused('10.0.0.1:0', '127.0.1.1:1').message, /found 10\.0\.0\.1:0/)
  const unknown = refused('10.0.0.1:1', '127.9.9.9:1')
  assert.match(unknown.message, /no balancer is at 127\.9\.9\.9/)
  assert.match(unknown.detail ?? '', /127\.0\.1\.1 \(active\/a\), 127\.0\.1\.2 \(active\/b\)/)
})
