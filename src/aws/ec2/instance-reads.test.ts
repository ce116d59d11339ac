import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DescribeInstanceAttributeCommand,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  EC2Client,
  InstanceAttributeName,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { awsWorld } from '../../testing/aws-world.ts'
import { defaultNetwork } from '../../topology/default-network.ts'

async function account() {
  const { world, clientSettings } = awsWorld()
  await world.store.commit([], defaultNetwork(world.accountId, world.region))
  const client = new EC2Client(await clientSettings())
  const { Instances = [] } = await client.send(
    new RunInstancesCommand({
      ImageId: 'everport-node',
      InstanceType: 'm7i.large',
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from('catalogFile: /catalog.sql').toString('base64'),
    }),
  )
  return { client, id: Instances[0]?.InstanceId ?? '' }
}

test('every attribute of an instance that the SDK knows is told, each under its own name', async () => {
  const { client, id } = await account()
  const names = Object.values(InstanceAttributeName)
  assert.ok(names.length >= 15)
  const told: Record<string, unknown> = {}
  for (const Attribute of names) {
    const {
      $metadata: _,
      InstanceId,
      ...rest
    } = await client.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute }))
    assert.equal(InstanceId, id)
    const members = Object.keys(rest)
    // groupSet and the empty lists come as they are; the SDK leaves an empty list out.
    if (members.length > 0) told[Attribute] = Object.values(rest)[0]
    assert.ok(members.length <= 1, `${Attribute}: ${members.join()}`)
  }
  assert.deepEqual(told['instanceType'], { Value: 'm7i.large' })
  assert.deepEqual(told['ebsOptimized'], { Value: false })
  assert.deepEqual(told['enclaveOptions'], { Enabled: false })
  assert.deepEqual(told['instanceInitiatedShutdownBehavior'], { Value: 'stop' })
})

test('instance types are told by name, those in use when none is named; a name that AWS does not know is refused', async () => {
  const { client } = await account()
  const ask = async (...args: ConstructorParameters<typeof DescribeInstanceTypesCommand>) => {
    const { InstanceTypes = [] } = await client.send(new DescribeInstanceTypesCommand(...args))
    return InstanceTypes.map(one => [one.InstanceType, one.BurstablePerformanceSupported])
  }
  assert.deepEqual(await ask({ InstanceTypes: ['t3.micro'] }), [['t3.micro', false]])
  assert.deepEqual(await ask({}), [
    ['m5.large', false],
    ['m7i.large', false],
  ])
  const named = { Name: 'instance-type', Values: ['m7*'] }
  assert.deepEqual(await ask({ Filters: [named] }), [['m7i.large', false]])
  await assert.rejects(ask({ InstanceTypes: ['m7i.giant' as 'm7i.large'] }), {
    name: 'InvalidParameterValue',
  })
})

test('there are no volumes', async () => {
  const { client } = await account()
  assert.deepEqual((await client.send(new DescribeVolumesCommand({}))).Volumes ?? [], [])
  await assert.rejects(client.send(new DescribeVolumesCommand({ VolumeIds: ['vol-1'] })), {
    name: 'InvalidVolume.NotFound',
  })
})
