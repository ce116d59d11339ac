import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { targetKey } from '../../src/resources/load-balancing.ts'
import { instanceId } from '../../src/topology/resource-ids.ts'
import { requireTool } from '../required-tool.ts'
import { type BalancedCluster, balancedCluster } from './balanced-cluster.ts'

const run = promisify(execFile)
const deadlineMs = 180_000

/** Compiled once: a start of Java is dear enough. */
async function compiled(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-rmi-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await run('javac', ['-d', folder, 'test/compat/flight/rmi-server.java'], { timeout: deadlineMs })
  return folder
}

async function startServer(
  t: TestContext,
  classes: string,
  { runtime, balancers }: BalancedCluster,
  node: { name: string; address: string; auxiliary: number },
): Promise<ChildProcess> {
  const child = spawn(
    'java',
    [
      // The seed's RMI host: what the reference to the object says, which must be the balancer.
      `-Djava.rmi.server.hostname=${balancers[0]}`,
      '-cp',
      classes,
      'RmiServer',
      'server',
      node.name,
      node.address,
      String(runtime),
      String(node.auxiliary),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  t.after(() => void child.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', () => resolve())
    child.once('exit', code => reject(new Error(`java ended with ${code}`)))
  })
  return child
}

/** `19997 a`: the port that the registry named, and who answered there. A JVM of its own each time, so that nothing is remembered. */
async function ask(classes: string, host: string, port: number, times: number): Promise<string[]> {
  const { stdout } = await run(
    'java',
    ['-cp', classes, 'RmiServer', 'client', host, String(port), String(times)],
    { timeout: deadlineMs },
  )
  return stdout.trim().split('\n')
}

test('Java RMI through the balancer: the registry on the runtime port, each object on its node’s auxiliary port', async t => {
  if (!requireTool(t, 'java') || !requireTool(t, 'javac')) return
  const classes = await compiled(t)
  const cluster = await balancedCluster(t)
  const { nodes, auxiliary, balancers, runtime } = cluster
  const [a, b] = [
    { name: 'a', address: nodes[0], auxiliary: auxiliary[0] },
    { name: 'b', address: nodes[1], auxiliary: auxiliary[1] },
  ]
  const [serverA] = await Promise.all([a, b].map(node => startServer(t, classes, cluster, node)))
  // Both registries and each object.
  await cluster.start(4)
  assert.deepEqual(await ask(classes, balancers[0], runtime, 3), Array(3).fill(`${auxiliary[0]} a`))
  // The reference of node b leads to the balancer of zone a, and from there to b alone.
  assert.deepEqual(await ask(classes, balancers[1], runtime, 3), Array(3).fill(`${auxiliary[1]} b`))
  serverA?.kill('SIGKILL')
  await cluster.untilHealthy(2)
  assert.deepEqual(await ask(classes, balancers[0], runtime, 2), Array(2).fill(`${auxiliary[1]} b`))
})

test('with both nodes in one auxiliary group, on one port, the second step meets the wrong node', async t => {
  if (!requireTool(t, 'java') || !requireTool(t, 'javac')) return
  const classes = await compiled(t)
  const cluster = await balancedCluster(t)
  const [shared] = cluster.auxiliary
  const id = instanceId('compat', 'active-b-1')
  const key = targetKey(`active-aux-${shared}`, id, shared)
  await cluster.store.commit([], [{ key, value: { Target: { Id: id, Port: shared } } }])
  await Promise.all(
    ['a', 'b'].map((name, i) =>
      startServer(t, classes, cluster, { name, address: cluster.nodes[i] ?? '', auxiliary: shared }),
    ),
  )
  await cluster.start(4)
  const answers: string[] = []
  // One connection a JVM: which of the two it meets is the balancer's choice.
  while (answers.length < 12 && !answers.some(answer => /NoSuchObject/.test(answer)))
    answers.push(...(await ask(classes, cluster.balancers[0], cluster.runtime, 1)))
  assert.match(answers.at(-1) ?? '', new RegExp(`^${shared} NoSuchObjectException`), answers.join(', '))
})
