import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { IpPermission } from '@aws-sdk/client-ec2'
import { rawFlight } from '../../test/compat/raw-flight.ts'
import { eventually } from '../../test/system/everport.ts'
import { connectEverport } from '../client/everport-client.ts'
import { systemNetwork } from '../io/network.ts'
import { clusterSecretKey } from '../resources/cluster-secret.ts'
import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import { type SecurityGroupDocument, securityGroupKey } from '../resources/network.ts'
import type { FlightInfo } from '../sql/flight/messages.ts'
import { messageCodec } from '../sql/flight/protocol.ts'
import { instanceId, type NodeBench, nodeBench } from '../testing/node-bench.ts'
import { connectPgClient } from '../testing/pg-client.ts'
import { type RunningNode, startNode } from './node.ts'

const everywhere: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }

interface Started extends NodeBench {
  readonly node: RunningNode
  /** The rules of the one group that the node is in. */
  rules(inbound: IpPermission[], outbound: IpPermission[]): Promise<void>
}

async function started(t: TestContext): Promise<Started> {
  const bench = await nodeBench()
  const { store } = bench
  const rules = async (IpPermissions: IpPermission[], IpPermissionsEgress: IpPermission[]): Promise<void> => {
    const SecurityGroup = {
      GroupId: 'sg-1',
      GroupName: 'nodes',
      VpcId: 'vpc-1',
      IpPermissions,
      IpPermissionsEgress,
    }
    const value: SecurityGroupDocument = { SecurityGroup }
    await store.commit([], [{ key: securityGroupKey('sg-1'), value }])
  }
  await rules([everywhere], [everywhere])
  const found = store.read().get<InstanceDocument>(instanceKey(instanceId))?.value
  assert.ok(found)
  const Instance = { ...found.Instance, SecurityGroups: [{ GroupId: 'sg-1' }] }
  await store.commit([], [{ key: instanceKey(instanceId), value: { ...found, Instance } }])
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  return { ...bench, node, rules }
}

test('inbound rules hold on every port of a node, those of Flight too', async t => {
  const { node, rules } = await started(t)
  const word = async (port: number): Promise<unknown> => {
    const client = await connectEverport({ host: '127.0.0.1', port, user: 'app', password: 'secret' })
    try {
      for await (const batch of client.query('SELECT word FROM hello')) for (const row of batch) return row
    } finally {
      client.close()
    }
    return undefined
  }
  const flight = [node.runtime.port, node.auxiliary.port]
  const logIn = async (): Promise<string> => {
    const client = await connectPgClient(systemNetwork, node.odbc)
    const heard = await client.logIn({ user: 'app', password: 'secret', database: 'demo' })
    client.connection.destroy()
    return heard.at(-1)?.kind ?? 'nothing'
  }
  const ready = async (): Promise<number> =>
    (await fetch(`http://127.0.0.1:${node.web.port}/health/live`, { headers: { connection: 'close' } }))
      .status

  for (const port of flight) assert.ok(await word(port))
  assert.equal(await logIn(), 'ReadyForQuery')
  assert.equal(await ready(), 200)

  await rules([], [everywhere])
  for (const port of flight)
    await assert.rejects(word(port), { name: 'FlightFailure', status: 'UNAVAILABLE' })
  assert.notEqual(await logIn().catch(String), 'ReadyForQuery')
  await assert.rejects(ready())
})

test('a node that outbound rules hold back passes no cancel request on, by PostgreSQL’s protocol or Flight', async t => {
  const { node, rules, store, config } = await started(t)
  // A neighbour that does no more than count who comes.
  const came = { odbc: 0, runtime: 0 }
  const listen = async (port: keyof typeof came): Promise<number> => {
    const listening = await systemNetwork.listen({ address: '127.0.0.2', port: 0 }, {}, connection => {
      came[port]++
      connection.destroy()
    })
    t.after(() => listening.close())
    return listening.at.port
  }
  const ports = { ...config.ports, odbc: await listen('odbc'), runtime: await listen('runtime') }
  const neighbour: InstanceDocument = {
    Instance: {
      InstanceId: 'i-2',
      PrivateIpAddress: '127.0.0.2',
      Placement: { AvailabilityZone: 'b' },
    },
    DesiredState: 'running',
    UserData: { ...config, name: 'active-b-1', address: '127.0.0.2', ports },
  }
  await store.commit([], [{ key: instanceKey('i-2'), value: neighbour }])
  await eventually(
    'the secret of the cluster',
    60_000,
    async () => store.read().get(clusterSecretKey),
    found => found !== undefined,
  )
  const cancel = async (): Promise<void> => {
    const client = await connectPgClient(systemNetwork, node.odbc)
    client.send({ kind: 'CancelRequest', processId: (2 << 20) | 1, secret: Buffer.alloc(4) })
    await client.until('closed')
    const asked = await rawFlight(t, node.runtime, 'app')
    const info = await asked.info('SELECT word FROM hello')
    const body = messageCodec<{ info: FlightInfo }>('CancelFlightInfoRequest').encode({ info })
    const action = { type: 'CancelFlightInfo', body }
    for await (const _ of asked.channel.stream('DoAction', action, asked.metadata)) break
  }

  await rules([everywhere], [])
  await cancel()
  assert.deepEqual(came, { odbc: 0, runtime: 0 })
  const toOdbc = { IpProtocol: 'tcp', FromPort: ports.odbc, ToPort: ports.odbc }
  await rules([everywhere], [{ ...toOdbc, IpRanges: [{ CidrIp: '127.0.0.2/32' }] }])
  await cancel()
  assert.deepEqual(came, { odbc: 1, runtime: 0 })
  await rules([everywhere], [everywhere])
  await cancel()
  assert.equal(came.odbc, 2)
  assert.ok(came.runtime > 0)
})
