import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../testing/clock.ts'
import { allWell, exampleStore, say as sayIn } from '../testing/status-world.ts'
import { progress } from './progress.ts'

/** What `up` tells on a terminal, line by line, while `store` changes. */
async function told(
  changes: (say: (key: string, value: object | undefined) => Promise<void>) => Promise<void>,
) {
  const store = await exampleStore()
  const clock = new SimulatedClock()
  const lines: string[] = []
  const out = { write: (text: string) => void lines.push(text.trimEnd().replace(/^ *\S+( s)? +/, '')) }
  const shown = progress(store, out, { colour: false }, clock)
  let isSettled = false
  void shown.whenHealthy.then(() => {
    isSettled = true
  })
  await sayIn(store, allWell(store.read()))
  clock.advance(250)
  await changes(async (key, value) => {
    await sayIn(store, [{ key, value }])
    clock.advance(250)
  })
  await Promise.resolve()
  shown.end()
  return { lines, isSettled: () => isSettled }
}

const process = (state: string, reason = '') => ({ state, restarts: 1, since: '', reason })

test('a process that dies is told once as dead, once as starting and once as back', async () => {
  const { lines, isSettled } = await told(async say => {
    await say('status/process/dns-1', process('backing-off', 'ended by SIGKILL'))
    await say('status/dns/dns-1', undefined)
    await say('status/process/dns-1', process('starting', 'ended by SIGKILL'))
    await say('status/process/dns-1', process('running', 'ended by SIGKILL'))
    await say('status/dns/dns-1', { at: '', failover: {} })
  })
  assert.ok(isSettled())
  assert.deepEqual(
    lines.filter(line => line.startsWith('dns-1')).map(line => line.replace(/ +/, ' ')),
    [
      'dns-1 running',
      'dns-1 backing-off  (ended by SIGKILL)',
      'dns-1 starting  (ended by SIGKILL)',
      'dns-1 running',
    ],
  )
})

test('a topology file that is refused is told once, and so is that it is applied again', async () => {
  const { lines } = await told(async say => {
    await say('status/control', { appliedRevision: 1, refused: "t.yaml:1:1: found '5'" })
    await say('status/control', { appliedRevision: 1, refused: "t.yaml:1:1: found '5'" })
    await say('status/control', { appliedRevision: 2 })
  })
  assert.deepEqual(lines.slice(-2), [
    "the topology file has mistakes and is not applied; the one before it holds: t.yaml:1:1: found '5'",
    'the topology file is applied again',
  ])
})

test('the start is over when all are healthy but what an operator keeps down', async () => {
  const store = await exampleStore()
  const clock = new SimulatedClock()
  const lines: string[] = []
  const shown = progress(store, { write: text => void lines.push(text) }, { colour: false }, clock)
  const all = allWell(store.read()).filter(({ key }) => key !== 'status/process/node-active-a-1')
  const instance = store
    .read()
    .list<{ UserData: { name: string } }>('ec2/instance/')
    .find(({ value }) => value.UserData.name === 'active-a-1')
  assert.ok(instance)
  const own = instance.key.replace('ec2/instance', 'status/node')
  await sayIn(store, [
    ...all.filter(({ key }) => key !== own),
    { key: 'agent/hold/node-active-a-1', value: { how: 'drain' } },
  ])
  clock.advance(250)
  assert.equal(await shown.whenHealthy, 'healthy')
  assert.deepEqual(
    shown.view().problems.filter(problem => problem.includes('active-a-1')),
    ['node-active-a-1 is kept down; everport start node-active-a-1 brings it back'],
  )
  assert.ok(
    lines.some(line => /node-active-a-1 +kept down/.test(line)),
    lines.join(''),
  )
  shown.end()
})
