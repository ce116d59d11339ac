import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { requireTool } from '../required-tool.ts'
import { addresses, makeBalancerNetwork } from './balancer-network.ts'
import type { ClientFunctions } from './client-child.ts'
import type { EngineFunctions } from './engine-child.ts'
import { startRemote } from './remote-calls.ts'
import type { TargetFunctions } from './target-child.ts'

// A data-virtualization cluster behind one balancer: every node answers on the shared ports; on the runtime port it names its own auxiliary
// port, which the client asks next, through the balancer too.

const shared = [9999, 9996, 9090]
const auxiliary = [19_997, 29_997]
const names = ['a', 'b']
const rounds = 25

const groupName = (port: number): string => `tg-${port}`

function groups() {
  const target = (i: number, port: number) =>
    targetPart(names[i] ?? '', {
      key: `${groupName(port)}/${names[i]}:${port}`,
      address: addresses.target(i),
      port,
    })
  return [
    ...shared.map(port =>
      groupPart(
        names.map((_, i) => target(i, port)),
        { name: groupName(port) },
      ),
    ),
    ...auxiliary.map((port, i) => groupPart([target(i, port)], { name: groupName(port) })),
  ]
}

for (const engineName of ['kernel', 'userspace'] as const) {
  test(`the second connection reaches the node that named the port: ${engineName}`, async t => {
    if (engineName === 'kernel' && !['nft', 'conntrack'].every(program => requireTool(t, program))) return
    const network = await makeBalancerNetwork(t)
    if (network === undefined) return
    const [engine, client] = await Promise.all([
      startRemote<EngineFunctions>(t, network.balancer, './engine-child.ts', [engineName]),
      startRemote<ClientFunctions>(t, network.client, './client-child.ts'),
      ...network.targets.map((target, i) =>
        startRemote<TargetFunctions>(t, target, './target-child.ts', [
          names[i] ?? '',
          [...shared, auxiliary[i]].join(','),
        ]),
      ),
    ])
    const listeners = [...shared, ...auxiliary].map(port =>
      listenerPart(port, { forward: [{ targetGroup: groupName(port), weight: 1 }] }),
    )
    const targetGroups = groups()
    const keys = targetGroups.flatMap(group => group.targets.map(({ key }) => key))
    await engine.apply(
      snapshotPart(listeners, targetGroups, { address: addresses.balancer }),
      keys.map(key => [key, { state: 'healthy' }]),
    )
    const reached = new Set<string>()
    for (let round = 0; round < rounds; round++) {
      const [first = ''] = await client.greetings(addresses.balancer, 9999, 1)
      const [node, , port] = first.split(' ')
      const [second = ''] = await client.greetings(addresses.balancer, Number(port), 1)
      assert.equal(second.split(' ')[0], node, `${first} then ${second}`)
      reached.add(node ?? '')
    }
    assert.deepEqual([...reached].sort(), names)
    for (const port of [9996, 9090])
      assert.match((await client.greetings(addresses.balancer, port, 1))[0] ?? '', /^[ab] /)
  })
}
