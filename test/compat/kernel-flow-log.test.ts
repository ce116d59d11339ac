import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FlowEnd, FlowRecord } from '../../src/balancer/engine.ts'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { requireTool } from '../required-tool.ts'
import { eventually } from '../system/everport.ts'
import { addresses, ipv6, makeBalancerNetwork } from './balancer-network.ts'
import type { ClientFunctions } from './client-child.ts'
import type { EngineFunctions } from './engine-child.ts'
import { startRemote } from './remote-calls.ts'
import type { TargetFunctions } from './target-child.ts'

const port = 9996
/** Of flows that stand still. */
const idlePort = 9997
/** Its target has nobody who listens. */
const refusingPort = 9998
const targetPort = 8000

/** A flow that is over is kept for 10 s, and cleared away by the next count of flows. */
const toldWithinMs = 90_000

for (const family of [(address: string) => address, ipv6])
  test(`every flow that ends is told: ${family(addresses.balancer)}`, async t => {
    if (!['nft', 'conntrack'].every(program => requireTool(t, program))) return
    const network = await makeBalancerNetwork(t)
    if (network === undefined) return
    const { balancer } = network
    // Of this network namespace alone.
    for (const setting of ['acct', 'timestamp'])
      await balancer.run('sysctl', '-qw', `net.netfilter.nf_conntrack_${setting}=1`)
    const [client, engine] = await Promise.all([
      startRemote<ClientFunctions>(t, network.client, './client-child.ts'),
      startRemote<EngineFunctions>(t, balancer, './engine-child.ts'),
      ...network.targets.map((namespace, i) =>
        startRemote<TargetFunctions>(t, namespace, './target-child.ts', ['ab'[i] ?? '', `${targetPort}`]),
      ),
    ])
    const address = family(addresses.balancer)
    const part = (id: string, i: number, also: object = {}) =>
      targetPart(id, { address: family(addresses.target(i)), port: targetPort, ...also })
    const [a, b] = [part('a', 0), part('b', 1)]
    const c = part('c', 0, { key: 'none/c', port: targetPort + 1 })
    const apply = async (states: Record<string, TargetState['state']>): Promise<void> => {
      const forward = [{ targetGroup: 'none', weight: 1 }]
      const listeners = [
        listenerPart(port),
        listenerPart(idlePort, { protocol: 'TCP_UDP', idleTimeoutMs: 1_000, udpIdleTimeoutMs: 1_000 }),
        listenerPart(refusingPort, { forward }),
      ]
      const groups = [groupPart([a, b], { protocol: 'TCP_UDP' }), groupPart([c], { name: 'none' })]
      await engine.apply(
        snapshotPart(listeners, groups, { address }),
        [a, b, c].map(({ key, id }) => [key, { state: states[id] ?? 'healthy' }]),
      )
    }
    /** The one that a client had from this port. */
    const flowFrom = (from: number, end: FlowEnd): Promise<FlowRecord> =>
      eventually(
        `the flow from port ${from} is told, ${end}`,
        toldWithinMs,
        async () => (await engine.flows()).find(flow => flow.client.port === from),
        flow => flow?.end === end,
      ).then(flow => {
        assert.ok(flow)
        assert.equal(flow.client.address, family(addresses.client))
        return flow
      })
    const open = async (id: string, at = port): Promise<{ name: string; from: number }> => {
      const { said, from } = await client.openFrom(id, address, at)
      return { name: said.split(' ')[0] ?? '', from }
    }

    await apply({})
    const begunAt = performance.now()
    const ended = await open('ended')
    await client.shut('ended')
    const lastedMs = performance.now() - begunAt
    const idle = await open('idle', idlePort)
    const refused = await open('refused', refusingPort)
    assert.equal(refused.name, 'ECONNREFUSED')
    await client.ask('u', 'hello', address, idlePort)
    const dropped = await open('dropped')
    await balancer.run(
      'conntrack',
      '-D',
      '-f',
      address.includes(':') ? 'ipv6' : 'ipv4',
      '-p',
      'tcp',
      '--orig-dst',
      address,
      '--orig-port-src',
      `${dropped.from}`,
    )
    assert.equal((await flowFrom(dropped.from, 'removed')).target?.key, `tg/${dropped.name}`)

    const told = await flowFrom(ended.from, 'finished')
    const { key, address: at, port: targetsPort } = told.target ?? {}
    const i = ended.name === 'a' ? 0 : 1
    assert.deepEqual([key, at, targetsPort], [`tg/${ended.name}`, family(addresses.target(i)), targetPort])
    assert.deepEqual([told.protocol, told.port, told.wasReset], ['tcp', port, false])
    assert.ok((told.bytesFromClient ?? 0) > 100 && (told.bytesFromTarget ?? 0) > 100, JSON.stringify(told))
    // It lasted for a moment; that it is kept for 10 s is no part of it. The kernel counts whole seconds.
    assert.ok((told.durationMs ?? Number.NaN) <= lastedMs + 2_000, `${lastedMs} ms: ${JSON.stringify(told)}`)

    assert.equal((await flowFrom(idle.from, 'idle')).port, idlePort)
    await eventually(
      'the flow of datagrams is told',
      toldWithinMs,
      () => engine.flows(),
      flows => flows.some(({ protocol, end }) => protocol === 'udp' && end === 'idle'),
    )
    const nobody = (await engine.flows()).find(({ end }) => end === 'refused')
    assert.deepEqual([nobody?.port, nobody?.target?.key, nobody?.wasReset], [refusingPort, 'none/c', true])

    const held: { name: string; from: number }[] = []
    while (new Set(held.map(({ name }) => name)).size < 2) held.push(await open(`held${held.length}`))
    await apply({ a: 'unhealthy' })
    for (const { name, from } of held) {
      if (name === 'a') assert.equal((await flowFrom(from, 'target failed')).wasReset, true)
    }
    await engine.close(0)
    for (const { name, from } of held)
      if (name === 'b') assert.equal((await flowFrom(from, 'closed')).target?.key, 'tg/b')
  })

test('of many flows a sample is told, of the others their number, and together they are all', async t => {
  if (!['nft', 'conntrack'].every(program => requireTool(t, program))) return
  const network = await makeBalancerNetwork(t)
  if (network === undefined) return
  const [client, engine] = await Promise.all([
    startRemote<ClientFunctions>(t, network.client, './client-child.ts'),
    startRemote<EngineFunctions>(t, network.balancer, './engine-child.ts'),
    ...network.targets.map(namespace =>
      startRemote<TargetFunctions>(t, namespace, './target-child.ts', ['a', `${targetPort}`]),
    ),
  ])
  const a = targetPart('a', { address: addresses.target(0), port: targetPort })
  const snapshot = snapshotPart([listenerPart(port)], [groupPart([a])], { address: addresses.balancer })
  await engine.apply(snapshot, [[a.key, { state: 'healthy' }]])
  // Until the first has come through, what follows the ends may not have begun.
  await client.greetings(addresses.balancer, port, 1)
  const begunAt = performance.now()
  await client.churn(addresses.balancer, port, 2_000, 1)
  const seconds = (performance.now() - begunAt) / 1_000
  const { told, untold } = await eventually(
    'each is told or counted',
    toldWithinMs,
    async () => {
      // A flow that is over is cleared away when the table is listed.
      await network.balancer.run('conntrack', '-L')
      const accepted = new Map((await engine.counters()).listeners).get(port)?.accepted
      return { ...(await engine.flowCounts()), accepted }
    },
    counts => (counts.accepted ?? 0) > 2_000 && counts.told + counts.untold === counts.accepted,
  )
  assert.ok(told >= 100, `${told} were told`)
  assert.ok(told <= 100 * (seconds + 3), `${told} were told of what came in ${seconds} s`)
  assert.ok(untold > 0)
})
