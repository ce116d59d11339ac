import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import type { StatusView } from '../resources/status-view.ts'
import { allWell, exampleStore } from '../testing/status-world.ts'
import { statusView } from '../topology/status.ts'
import { stateFolder } from './state-folder.ts'
import { planTopology } from './topology-plan.ts'
import { type Welcome, welcome } from './welcome.ts'

async function exampleView(): Promise<StatusView> {
  const store = await exampleStore()
  await store.commit([], allWell(store.read()))
  return statusView(store.read(), () => true)
}

async function text(also: Partial<Welcome> = {}): Promise<string> {
  const told: Welcome = {
    plan: planTopology('examples/active-passive.yaml'),
    client: {
      dns: [{ address: '127.0.0.1', port: 5300 }],
      name: 'data.demo.test',
      port: 9996,
      user: 'everport',
      password: 's3cret',
      database: 'demo',
    },
    aws: {
      endpoint: 'http://127.0.0.1:8400',
      region: 'us-east-1',
      credentialsFile: resolve('.everport/aws-credentials'),
    },
    folder: stateFolder('.everport'),
    seconds: 1.25,
    view: await exampleView(),
    relation: 'orders',
    ...also,
  }
  return welcome(told, { colour: false })
}

test('the commands to try are of this topology: its view, its ports, its state folder', async () => {
  const here = await text()
  assert.match(here, /^All healthy after 1\.3 s\.$/m)
  assert.match(here, /^ {2}npx everport sql -c "select \* from orders limit 5"$/m)
  assert.doesNotMatch(here, /s3cret|--state/)
  const elsewhere = await text({ folder: stateFolder('/srv/everport'), relation: undefined })
  assert.match(elsewhere, /^ {2}npx everport sql --state \/srv\/everport -c "select 1"$/m)
  assert.match(elsewhere, /npx everport status --watch --state \/srv\/everport shows/)
})

test('one node is not "1 nodes", and without clusters nobody is sent to a balancer', async () => {
  const view = await exampleView()
  const [first] = view.clusters
  assert.ok(first)
  const one = await text({ view: { ...view, clusters: [{ ...first, nodes: first.nodes.slice(0, 1) }] } })
  assert.match(one, /\(primary: 1 node\)/)
  const none = await text({ view: { ...view, clusters: [] } })
  assert.doesNotMatch(none, /npx everport sql|127\.0\.1\.1/)
  assert.match(none, /aws --endpoint-url http:\/\/127\.0\.0\.1:8400 ec2 describe-vpcs/)
})

test('what is kept down is told beside that all else is healthy', async () => {
  const view = await exampleView()
  const problem = 'node-active-a-1 is kept down; everport start node-active-a-1 brings it back'
  assert.match(
    await text({ view: { ...view, problems: [problem] } }),
    /after 1\.3 s, but:\n {2}node-active-a-1 is kept down/,
  )
})
