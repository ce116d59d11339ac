import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Endpoint } from '../../src/base/network.ts'
import type { StatusView } from '../../src/resources/status-view.ts'
import { type Everport, eventually, isRunning, rolePids, startEverport } from './everport.ts'
import { startLoad } from './load.ts'

/**
 * Real processes on loopback. Bounds are looser than what `npm run bench -- failover` measures: here a busy machine must not make a
 * good program fail.
 */
const question = 'select count(*) from state_capitals'
const activeNode = 'node-active-a-1'
const [activeAddresses, passiveAddresses] = [
  ['127.0.1.1', '127.0.1.2'],
  ['127.0.2.1', '127.0.2.2'],
]
/** For what takes a few seconds when nothing else runs. */
const recoveryMs = 60_000

test('SQL survives kill -9: of a node, of a hung node, of a cluster, of control, of everything', {
  timeout: 600_000,
}, async t => {
  const everport = await startEverport(t)
  const balancer = { address: '127.0.1.1', port: everport.ports.odbc }
  const passive = { address: '127.0.2.1', port: everport.ports.odbc }

  await t.test('the name answers the active balancers, and SQL works through them', async () => {
    assert.deepEqual(await everport.dns(), activeAddresses)
    assert.deepEqual(await everport.query(balancer, question), [['50']])
    assert.deepEqual(await everport.query(passive, question), [['50']])
  })

  await t.test('when the memory of the machine runs out, Linux is to end nodes first', () => {
    if (process.platform !== 'linux') return
    const order = (role: string): number =>
      Number(readFileSync(`/proc/${everport.pid(role)}/oom_score_adj`, 'utf8'))
    for (const role of ['balancer-active-a', 'dns-1', 'control'])
      assert.ok(
        order(activeNode) > order(role),
        `${activeNode}: ${order(activeNode)}, ${role}: ${order(role)}`,
      )
  })

  await t.test('a node is killed under load: every client goes on, and the node comes back', async sub => {
    const load = await startLoad(everport, balancer, { clients: 20, sql: question })
    sub.after(() => load.stop())
    const loginsMs = await load.everyClientAnswered()
    await load.answered(200)
    const before = everport.pid(activeNode)
    load.mark()
    everport.kill(activeNode)
    await load.everyClientAnsweredSinceMark(recoveryMs)
    const waits = load.waitsMs()
    await load.stop()
    assertWaits(sub, waits, 4_000, loginsMs)
    assert.equal(load.wrongAnswers(), 0)
    await eventually(
      'another process is there',
      recoveryMs,
      async () => everport.pid(activeNode),
      pid => pid !== before,
    )
    await everport.until('the node is back', view => nodeIs(view, 'active-a-1', 'healthy'), recoveryMs)
    await eventually(
      'it takes traffic',
      recoveryMs,
      () => everport.query(balancer, 'show everport.node'),
      ([row]) => row?.[0] === 'active-a-1',
    )
  })

  await t.test('a node hangs under load: its clients are moved within seconds', async sub => {
    const load = await startLoad(everport, balancer, { clients: 20, sql: question })
    sub.after(() => load.stop())
    const loginsMs = await load.everyClientAnswered()
    await load.answered(200)
    load.mark()
    everport.kill(activeNode, 'SIGSTOP')
    await load.everyClientAnsweredSinceMark(recoveryMs)
    const waits = load.waitsMs()
    await load.stop()
    everport.kill(activeNode, 'SIGCONT')
    assertWaits(sub, waits, 5_000, loginsMs)
    await everport.until('it is healthy again', view => nodeIs(view, 'active-a-1', 'healthy'), recoveryMs)
  })

  await t.test(
    'the active cluster is killed and kept down: DNS answers the passive one, and returns',
    async () => {
      const stopped = await everport.command('stop', 'active', '--kill')
      assert.equal(stopped.code, 0, stopped.stderr)
      await everport.answered(passiveAddresses, 30_000)
      const sql = await everport.command('sql', '-c', question, '--format', 'csv')
      assert.match(sql.stdout, /^50$/m, sql.stderr)
      await assert.rejects(everport.connect(balancer))

      assert.equal((await everport.command('start', 'active')).code, 0)
      await everport.answered(activeAddresses, recoveryMs)
      await everport.until('all healthy', view => view.allHealthy, recoveryMs)
    },
  )

  await t.test('control is killed and kept down: SQL, health checks and failover go on', async () => {
    await everport.command('stop', 'control', '--kill')
    await everport.until('control is down', view => view.control.state === 'stopped', 30_000)
    assert.deepEqual(await everport.query(balancer, question), [['50']])
    await everport.command('stop', 'active', '--kill')
    await everport.answered(passiveAddresses, 30_000)
    await everport.command('start', 'active', 'control')
    // Who looks right after the order may see what was before it.
    await everport.answered(activeAddresses, recoveryMs)
    await everport.until('all healthy', view => view.allHealthy, recoveryMs)
  })

  await t.test('the agent alone is killed: everything goes on, and the next one takes it over', async () => {
    const pids = rolePids(everport.stateDir)
    await everport.killAgent()
    assert.deepEqual(await everport.query(balancer, question), [['50']])
    assert.deepEqual(pids.filter(isRunning), pids)
    await everport.restart()
    assert.deepEqual(rolePids(everport.stateDir), pids, 'no process was started anew')
  })

  await t.test('everything is killed: the next start goes on from the same state', async () => {
    await everport.command('stop', 'node-passive-b-1')
    await everport.until('this process has seen the stop', view => isHeld(view, 'passive-b-1'), 30_000)
    const before = desiredState(everport.status())
    await everport.killEverything()
    await eventually(
      'nobody listens',
      30_000,
      () => refuses(everport, balancer),
      isRefused => isRefused,
    )
    await everport.restart()
    await everport.until('all but the node kept down', view => view.problems.length <= 1, recoveryMs)
    assert.deepEqual(desiredState(everport.status()), before)
    await everport.command('start', 'node-passive-b-1')
    await everport.until('all healthy', view => view.allHealthy, recoveryMs)
    assert.deepEqual(await everport.query(balancer, question), [['50']])
  })

  await t.test('a second up with the same state folder is refused with a clear message', async () => {
    const second = await everport.command('up', everport.topologyFile)
    assert.equal(second.code, 2)
    assert.match(second.stderr, /already runs/)
    assert.match(second.stderr, /everport down/)
    assert.deepEqual(await everport.query(balancer, question), [['50']])
  })

  await t.test('Ctrl-C leaves no process behind', async () => {
    const pids = rolePids(everport.stateDir)
    assert.ok(pids.length >= 10, `found ${pids.length} processes`)
    assert.equal(await everport.interrupt(), 0)
    assert.deepEqual(pids.filter(isRunning), [])
    const status = await everport.command('status')
    assert.equal(status.code, 1)
    assert.match(status.stdout, /no agent runs/)
  })
})

async function refuses(everport: Everport, at: Endpoint): Promise<boolean> {
  try {
    const connection = await everport.connect(at)
    connection.close()
    return false
  } catch {
    return true
  }
}

function nodeIs(view: StatusView, name: string, word: 'healthy'): boolean {
  return view.clusters.some(cluster => cluster.nodes.some(node => node.name === name && node[word]))
}

function isHeld(view: StatusView, name: string): boolean {
  return view.clusters.some(cluster => cluster.nodes.some(node => node.name === name && node.held))
}

/** A machine on which twenty logins take long makes a good program slow: they are what comes back when a node is lost. */
function assertWaits(t: TestContext, waitsMs: readonly number[], boundMs: number, loginsMs: number): void {
  const [longest, most] = [Math.max(...waitsMs), boundMs + 2 * loginsMs].map(Math.round)
  const told = `longest wait ${longest} ms of at most ${most}; all logins at first ${Math.round(loginsMs)} ms`
  t.diagnostic(told)
  assert.ok(Number(longest) < Number(most), told)
}

/** What was asked for, without what is observed. */
function desiredState(view: StatusView): unknown {
  return {
    name: view.name,
    failoverName: view.failoverName,
    clusters: view.clusters.map(({ name, role, dnsName, balancers, nodes }) => ({
      name,
      role,
      dnsName,
      balancers: balancers.map(balancer => [balancer.roleName, balancer.address, balancer.held]),
      nodes: nodes.map(node => [node.roleName, node.instanceId, node.address, node.held]),
    })),
  }
}
