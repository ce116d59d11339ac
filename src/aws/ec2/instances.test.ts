import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import { type AdmissionSettings, defaultAdmission } from '../../resources/admission-settings.ts'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import { targetKey } from '../../resources/load-balancing.ts'
import { nodeStatusKey, type ProcessState, processStatusKey } from '../../resources/status.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import { operationContext } from '../../testing/operation-context.ts'
import { defaultNetwork } from '../../topology/default-network.ts'
import { nodeDefaultsAlone } from '../../topology/node-defaults.ts'
import type { Checked, OperationContext } from '../operation.ts'
import type { AwsRefusal } from '../refusal.ts'
import { describeInstanceAttribute } from './describe-instance-attribute.ts'
import { describeInstanceStatus } from './describe-instance-status.ts'
import { describeInstances } from './describe-instances.ts'
import { describeNetworkInterfaces } from './describe-network-interfaces.ts'
import { describeTags } from './describe-tags.ts'
import { modifyInstanceAttribute } from './modify-instance-attribute.ts'
import { rebootInstances } from './reboot-instances.ts'
import { runInstances } from './run-instances.ts'
import { startInstances } from './start-instances.ts'
import { stopInstances } from './stop-instances.ts'
import { terminateInstances } from './terminate-instances.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
/** A document has no room for what is undefined. */
const storedAdmission = JSON.parse(JSON.stringify(defaultAdmission)) as AdmissionSettings
const catalog = 'catalogFile: /tmp/catalog.sql'
const one: Checked<RunInstancesRequest> = {
  ImageId: 'everport-node',
  MinCount: 1,
  MaxCount: 1,
  UserData: base64(catalog),
}

async function account(changed: Partial<OperationContext> = {}): Promise<OperationContext> {
  const context = operationContext(changed)
  await context.store.commit([], defaultNetwork(context.accountId, context.region))
  return context
}

async function launched(
  context: OperationContext,
  input: Partial<Checked<RunInstancesRequest>> = {},
): Promise<string> {
  const { Instances } = await runInstances({ ...one, ...input }, context)
  return Instances?.[0]?.InstanceId ?? ''
}

function documentOf(context: OperationContext, id: string): InstanceDocument {
  const found = context.store.read().get<InstanceDocument>(instanceKey(id))?.value
  assert.ok(found)
  return found
}

/** The agent's word. */
async function processIs(
  context: OperationContext,
  id: string,
  state: ProcessState | undefined,
  restarts = 0,
): Promise<void> {
  const key = processStatusKey(`node-${documentOf(context, id).UserData.name}`)
  await context.store.commit(
    [],
    [{ key, value: state === undefined ? undefined : { state, restarts, since: '' } }],
  )
}

async function stateOf(context: OperationContext, id: string): Promise<string | undefined> {
  const { Reservations } = await describeInstances({ InstanceIds: [id] }, context)
  return Reservations?.[0]?.Instances?.[0]?.State?.Name
}

async function refused(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'not refused',
    (error: unknown) => `${(error as AwsRefusal).code}: ${(error as AwsRefusal).message}`,
  )
}

test('instances get free addresses of the first default subnet, distinct auxiliary ports and what else a node is told', async () => {
  const context = await account()
  const { Instances } = await runInstances(
    { ...one, MaxCount: 3, UserData: base64(`name: n\n${catalog}`) },
    context,
  )
  assert.deepEqual(
    Instances?.map(({ PrivateIpAddress, Placement, State }) => [
      PrivateIpAddress,
      Placement?.AvailabilityZone,
      State?.Name,
    ]),
    ['127.0.16.4', '127.0.16.5', '127.0.16.6'].map(address => [address, 'us-east-1a', 'pending']),
  )
  const configs = Instances?.map(({ InstanceId = '' }) => documentOf(context, InstanceId).UserData) ?? []
  assert.deepEqual(
    configs.map(({ name, ports, advertisedHost }) => [name, ports.auxiliary, ports.runtime, advertisedHost]),
    [
      ['n-1', 19_997, 9999, '127.0.16.4'],
      ['n-2', 29_997, 9999, '127.0.16.5'],
      ['n-3', 39_997, 9999, '127.0.16.6'],
    ],
  )
  assert.deepEqual(
    Instances?.[0]?.SecurityGroups?.map(({ GroupName }) => GroupName),
    ['default'],
  )
})

test('user data says otherwise, in YAML or JSON; mistakes are told with their lines and make nothing', async () => {
  const context = await account()
  const text = JSON.stringify({
    name: 'a-1',
    advertisedHost: 'lb.demo.test',
    singlePort: true,
    database: 'demo',
    catalogFile: '/c.sql',
    ports: { auxiliary: 19_997, web: 9091 },
    limits: { memory: '128MB', drainTimeout: '2s' },
  })
  const id = await launched(context, {
    UserData: base64(text),
    Placement: { AvailabilityZone: 'us-east-1b' },
  })
  const { UserData, Instance } = documentOf(context, id)
  assert.equal(Instance.PrivateIpAddress, '127.0.32.4')
  const { tls, protocol, ...told } = UserData
  assert.deepEqual(tls.names, ['lb.demo.test', '127.0.32.4', 'localhost'])
  assert.equal(protocol.loginTimeoutMs, 10_000)
  assert.deepEqual(told, {
    name: 'a-1',
    cluster: '',
    availabilityZone: 'us-east-1b',
    address: '127.0.32.4',
    ports: { runtime: 9999, auxiliary: 19_997, odbc: 9996, web: 9091 },
    advertisedHost: 'lb.demo.test',
    singlePort: true,
    database: 'demo',
    catalogFile: '/c.sql',
    limits: {
      connectionsMax: 1_000,
      memoryLimitMegabytes: 128,
      drainTimeoutMs: 2_000,
      admission: storedAdmission,
    },
  })
  const { revision } = context.store.read()
  const cases: [Partial<Checked<RunInstancesRequest>>, RegExp][] = [
    [
      { UserData: base64('nmae: x\nports: { web: 0 }') },
      /^InvalidUserData.Malformed: [^]*user-data:1:1[^]*name[^]*user-data:2/,
    ],
    [{ UserData: 'no base64!' }, /^InvalidUserData.Malformed/],
    [{ UserData: base64('') }, /^InvalidUserData.Malformed: No topology says which catalog/],
    [
      { UserData: base64(`name: a-1\n${catalog}`) },
      /^InvalidParameterValue: The name a-1 .* is that of instance i-/,
    ],
    [
      { UserData: base64(`${catalog}\nports: { web: 9996 }`) },
      /^InvalidUserData.Malformed: The ports odbc and web/,
    ],
    [{ ImageId: 'ami-12345678' }, /^InvalidAMIID.NotFound/],
    [{ MinCount: 2, MaxCount: 1 }, /^InvalidParameterValue/],
    [{ SubnetId: 'subnet-1' }, /^InvalidSubnetID.NotFound/],
    [{ SecurityGroupIds: ['sg-1'] }, /^InvalidGroup.NotFound/],
    [{ PrivateIpAddress: '127.0.32.4' }, /^InvalidParameterValue: Address 127.0.32.4 does not fall within/],
    [{ Placement: { AvailabilityZone: 'us-east-1z' } }, /^InvalidParameterValue: Invalid availability zone/],
    [{ MinCount: 65, MaxCount: 65 }, /^InstanceLimitExceeded/],
    [{ DryRun: true }, /^DryRunOperation/],
  ]
  for (const [input, says] of cases)
    assert.match(await refused(runInstances({ ...one, ...input }, context)), says)
  assert.equal(context.store.read().revision, revision)
})

test('a client token asks for what it made before', async () => {
  const context = await account()
  const first = await launched(context, { ClientToken: 'once' })
  assert.equal(await launched(context, { ClientToken: 'once' }), first)
  assert.notEqual(await launched(context, { ClientToken: 'twice' }), first)
})

test('two calls at the same time take different addresses and auxiliary ports', async () => {
  const context = await account()
  const ids = await Promise.all([launched(context), launched(context), launched(context)])
  const documents = ids.map(id => documentOf(context, id))
  assert.equal(new Set(documents.map(({ Instance }) => Instance.PrivateIpAddress)).size, 3)
  assert.equal(new Set(documents.map(({ UserData }) => UserData.ports.auxiliary)).size, 3)
})

test('states come from the process', async () => {
  const context = await account()
  const id = await launched(context)
  const told: (string | undefined)[] = []
  const tell = async (state: ProcessState | undefined, restarts = 0): Promise<void> => {
    await processIs(context, id, state, restarts)
    told.push(await stateOf(context, id))
  }
  await tell('starting')
  await tell('running')
  await tell('backing-off')
  await tell('starting', 1)
  await stopInstances({ InstanceIds: [id] }, context)
  await tell('stopping', 1)
  await tell('stopped', 1)
  assert.deepEqual(told, ['pending', 'running', 'running', 'running', 'stopping', 'stopped'])
  const { StartingInstances } = await startInstances({ InstanceIds: [id] }, context)
  assert.deepEqual(
    [StartingInstances?.[0]?.PreviousState, StartingInstances?.[0]?.CurrentState],
    [
      { Code: 80, Name: 'stopped' },
      { Code: 0, Name: 'pending' },
    ],
  )
})

test('a node has the topology’s limits, admission among them, where its user data says nothing', async () => {
  const context = await account()
  const admission = { ...storedAdmission, concurrentMax: 3, queuedMax: 5 }
  const limits = { connectionsMax: 7, memoryLimitMegabytes: 256, drainTimeoutMs: 1_000, admission }
  const settings: Pick<TopologySettings, 'nodes'> = { nodes: { ...nodeDefaultsAlone, limits } }
  await context.store.commit([], [{ key: topologySettingsKey, value: settings }])
  const silent = await launched(context)
  assert.deepEqual(documentOf(context, silent).UserData.limits, limits)
  const other = await launched(context, { UserData: base64(`${catalog}\nlimits: { connections: 9 }`) })
  assert.deepEqual(documentOf(context, other).UserData.limits, { ...limits, connectionsMax: 9 })
})

test('status checks: the process is the machine, the node is what runs on it', async () => {
  const context = await account({
    dataPlanes: { isAlive: () => true, haveApplied: () => true, whenApplied: () => Promise.resolve() },
  })
  const id = await launched(context)
  const checks = async (): Promise<(string | undefined)[]> => {
    const { InstanceStatuses } = await describeInstanceStatus(
      { InstanceIds: [id], IncludeAllInstances: true },
      context,
    )
    const found = InstanceStatuses?.[0]
    return [found?.SystemStatus?.Status, found?.InstanceStatus?.Status]
  }
  assert.deepEqual(await checks(), ['not-applicable', 'not-applicable'])
  await processIs(context, id, 'running')
  assert.deepEqual(await checks(), ['ok', 'initializing'])
  const status = { ready: true, reason: '', activeQueries: 0, sessions: 0 }
  await context.store.commit([], [{ key: nodeStatusKey(id), value: status }])
  assert.deepEqual(await checks(), ['ok', 'ok'])
  await context.store.commit([], [{ key: nodeStatusKey(id), value: { ...status, ready: false } }])
  assert.deepEqual(await checks(), ['ok', 'impaired'])
  await processIs(context, id, 'crash-looping', 9)
  assert.deepEqual(await checks(), ['impaired', 'impaired'])
})

test('a terminated instance leaves its target groups, gives back its address, and is told of for an hour', async () => {
  let now = Date.UTC(2030, 0, 1)
  const context = await account({ wallMs: () => now })
  const id = await launched(context)
  await processIs(context, id, 'running')
  await context.store.commit(
    [],
    [{ key: targetKey('odbc', id, 9996), value: { Target: { Id: id, Port: 9996 } } }],
  )
  await terminateInstances({ InstanceIds: [id] }, context)
  assert.equal(await stateOf(context, id), 'shutting-down')
  assert.equal(context.store.read().get(targetKey('odbc', id, 9996)), undefined)
  await processIs(context, id, undefined)
  assert.equal(await stateOf(context, id), 'terminated')
  const second = await launched(context)
  assert.equal(documentOf(context, second).Instance.PrivateIpAddress, '127.0.16.4')
  assert.match(await refused(startInstances({ InstanceIds: [id] }, context)), /^IncorrectInstanceState/)
  now += 3_600_001
  await terminateInstances({ InstanceIds: [second] }, context)
  assert.match(
    await refused(describeInstances({ InstanceIds: [id] }, context)),
    /^InvalidInstanceID.NotFound/,
  )
})

test('what an instance is told can be changed while it is stopped', async () => {
  const context = await account()
  const id = await launched(context, { UserData: base64(`name: a\n${catalog}`) })
  const changed = {
    InstanceId: id,
    UserData: { Value: Buffer.from(`${catalog}\nadvertisedHost: lb.demo.test`) },
  }
  await processIs(context, id, 'running')
  assert.match(await refused(modifyInstanceAttribute(changed, context)), /^IncorrectInstanceState/)
  await stopInstances({ InstanceIds: [id] }, context)
  await processIs(context, id, 'stopped')
  await modifyInstanceAttribute(changed, context)
  const { UserData } = documentOf(context, id)
  assert.deepEqual(
    [UserData.name, UserData.advertisedHost, UserData.ports.auxiliary],
    ['a', 'lb.demo.test', 19_997],
  )
  const attribute = await describeInstanceAttribute({ InstanceId: id, Attribute: 'userData' }, context)
  assert.equal(attribute.UserData?.Value, base64(`${catalog}\nadvertisedHost: lb.demo.test`))
})

test('a reboot is asked for once each time, of running instances alone', async () => {
  const context = await account()
  const id = await launched(context)
  await rebootInstances({ InstanceIds: [id] }, context)
  await rebootInstances({ InstanceIds: [id] }, context)
  assert.equal(documentOf(context, id).Reboots, 2)
  await stopInstances({ InstanceIds: [id] }, context)
  assert.match(
    await refused(rebootInstances({ InstanceIds: [id, 'i-none'] }, context)),
    /^IncorrectInstanceState/,
  )
  assert.equal(documentOf(context, id).Reboots, 2)
})

test('protection holds until it is taken away', async () => {
  const context = await account()
  const id = await launched(context, { DisableApiTermination: true })
  assert.match(await refused(terminateInstances({ InstanceIds: [id] }, context)), /^OperationNotPermitted/)
  await modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } }, context)
  await terminateInstances({ InstanceIds: [id] }, context)
})

test('instances are found by filters and page by page', async () => {
  const context = await account()
  const tagged = {
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'role', Value: 'active-node' }] }],
  }
  const a = await launched(context, tagged)
  const b = await launched(context, { Placement: { AvailabilityZone: 'us-east-1c' } })
  const found = async (Name: string, ...Values: string[]): Promise<(string | undefined)[]> => {
    const { Reservations = [] } = await describeInstances({ Filters: [{ Name, Values }] }, context)
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId))
  }
  assert.deepEqual(await found('tag:role', 'active-*'), [a])
  assert.deepEqual(await found('tag-key', 'role'), [a])
  assert.deepEqual(await found('availability-zone', 'us-east-1c', 'us-east-1d'), [b])
  assert.deepEqual(new Set(await found('instance-state-name', 'pending')), new Set([a, b]))
  assert.match(
    await refused(found('instance-state', 'x')),
    /^InvalidParameterValue: The filter 'instance-state' is invalid/,
  )
  const { Tags } = await describeTags({ Filters: [{ Name: 'resource-id', Values: [a] }] }, context)
  assert.deepEqual(
    Tags?.map(({ Key, Value, ResourceType }) => [Key, Value, ResourceType]),
    [['role', 'active-node', 'instance']],
  )
  const { NetworkInterfaces } = await describeNetworkInterfaces(
    { Filters: [{ Name: 'attachment.instance-id', Values: [b] }] },
    context,
  )
  assert.equal(NetworkInterfaces?.[0]?.PrivateIpAddress, '127.0.48.4')
  const seen: (string | undefined)[] = []
  let NextToken: string | undefined
  do {
    const page: Awaited<ReturnType<typeof describeInstances>> = await describeInstances(
      { MaxResults: 1, ...(NextToken === undefined ? {} : { NextToken }) },
      context,
    )
    seen.push(
      ...(page.Reservations ?? []).flatMap(({ Instances = [] }) =>
        Instances.map(({ InstanceId }) => InstanceId),
      ),
    )
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  assert.deepEqual(seen, [a, b].toSorted())
})
