import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type TargetDocument,
  type TargetGroupDocument,
  targetGroupKey,
} from '../../resources/load-balancing.ts'
import { type NodeStatus, nodeStatusKey, processStatusKey } from '../../resources/status.ts'
import type { Change } from '../../store/store.ts'
import { operationContext } from '../../testing/operation-context.ts'
import { defaultNetwork } from '../../topology/default-network.ts'
import { allInstances } from '../ec2/instance.ts'
import { terminateInstances } from '../ec2/terminate-instances.ts'
import type { OperationContext } from '../operation.ts'
import type { AwsRefusal } from '../refusal.ts'
import { autoScalingService } from './operations.ts'
import { type ScalingLoop, scalingLoop } from './scaling-loop.ts'

type Operations = NonNullable<typeof autoScalingService.operations>
type Answers = { [N in keyof Operations]-?: Awaited<ReturnType<NonNullable<Operations[N]>>> }

const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/odbc/0123456789abcdef'

/** A store, a loop, and an agent that starts and ends what is wanted at once. */
class World {
  nowMs = Date.UTC(2030, 0, 1)
  context: OperationContext = operationContext({
    wallMs: () => this.nowMs,
    dataPlanes: { isAlive: () => true, haveApplied: () => true, whenApplied: () => Promise.resolve() },
  })
  loop: ScalingLoop = scalingLoop(this.context)
  sessions = 0
  queries = 0

  async call<N extends keyof Operations>(
    name: N,
    input: Parameters<NonNullable<Operations[N]>>[0],
  ): Promise<Answers[N]> {
    const operation = autoScalingService.operations[name] as (
      input: unknown,
      context: OperationContext,
    ) => unknown
    return (await operation(input, this.context)) as Answers[N]
  }
  async steps(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.loop.step()
      await this.agent()
      this.nowMs += 1_000
    }
  }
  /** What the agent and the nodes would say. */
  private async agent(): Promise<void> {
    const changes = allInstances(this.context.store.read()).flatMap(
      ({ Instance, UserData, DesiredState }): Change[] => {
        const isUp = DesiredState === 'running'
        const { sessions, queries: activeQueries } = this
        const node: NodeStatus = {
          ready: true,
          reason: '',
          sessions,
          activeQueries,
        }
        return [
          {
            key: processStatusKey(`node-${UserData.name}`),
            value: isUp ? { state: 'running', restarts: 0, since: '' } : undefined,
          },
          { key: nodeStatusKey(Instance.InstanceId), value: isUp ? node : undefined },
        ]
      },
    )
    await this.context.store.commit([], changes)
  }
  async members(): Promise<(string | undefined)[]> {
    const { AutoScalingGroups } = await this.call('DescribeAutoScalingGroups', {
      AutoScalingGroupNames: ['nodes'],
    })
    return (
      AutoScalingGroups?.[0]?.Instances?.map(
        ({ AvailabilityZone, LifecycleState }) => `${AvailabilityZone?.at(-1)} ${LifecycleState}`,
      ) ?? []
    )
  }
  targets(): TargetDocument[] {
    return this.context.store
      .read()
      .list<TargetDocument>('elbv2/target/odbc/')
      .map(({ value }) => value)
  }
}

async function world(
  more: Partial<Parameters<NonNullable<Operations['CreateAutoScalingGroup']>>[0]> = {},
): Promise<World> {
  const made = new World()
  const group: TargetGroupDocument = {
    TargetGroup: {
      TargetGroupArn: arn,
      TargetGroupName: 'odbc',
      Protocol: 'TCP',
      Port: 9996,
      LoadBalancerArns: [],
      HealthCheckProtocol: 'TCP',
      TargetType: 'instance',
    },
    Attributes: { 'deregistration_delay.timeout_seconds': '30' },
  }
  await made.context.store.commit(
    [],
    [...defaultNetwork('123456789012', 'us-east-1'), { key: targetGroupKey('odbc'), value: group }],
  )
  await made.call('CreateLaunchConfiguration', {
    LaunchConfigurationName: 'node',
    ImageId: 'everport-node',
    UserData: Buffer.from('catalogFile: /c.sql').toString('base64'),
  })
  await made.call('CreateAutoScalingGroup', {
    AutoScalingGroupName: 'nodes',
    LaunchConfigurationName: 'node',
    MinSize: 1,
    MaxSize: 4,
    DesiredCapacity: 2,
    AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    TargetGroupARNs: [arn],
    Tags: [{ Key: 'team', Value: 'data', PropagateAtLaunch: true }],
    ...more,
  })
  return made
}

const inService = ['a InService', 'b InService']

test('a group launches its members over its zones and registers them with its target group', async () => {
  const it = await world()
  await it.steps(3)
  assert.deepEqual((await it.members()).toSorted(compare), inService)
  assert.equal(it.targets().length, 2)
  const [instance] = allInstances(it.context.store.read())
  assert.deepEqual(instance?.Instance.Tags, [{ Key: 'team', Value: 'data' }])
})

test('scale-in drains first: out of the target group, terminated when nobody is connected or the delay is over', async () => {
  const it = await world()
  await it.steps(3)
  it.sessions = 3
  await it.steps(1)
  await it.call('SetDesiredCapacity', { AutoScalingGroupName: 'nodes', DesiredCapacity: 1 })
  await it.steps(10)
  assert.deepEqual((await it.members()).filter(member => member?.endsWith('Terminating')).length, 1)
  assert.equal(it.targets().filter(({ DeregisteredAt }) => DeregisteredAt !== undefined).length, 1)
  it.sessions = 0
  await it.steps(3)
  assert.equal((await it.members()).length, 1)
  assert.equal(it.targets().length, 1)
})

test('a member that is terminated, or said to be unhealthy, is replaced', async () => {
  const it = await world({ HealthCheckGracePeriod: 600 })
  await it.steps(3)
  const [first, second] = allInstances(it.context.store.read())
  await terminateInstances({ InstanceIds: [first?.Instance.InstanceId ?? ''] }, it.context)
  await it.call('SetInstanceHealth', {
    InstanceId: second?.Instance.InstanceId ?? '',
    HealthStatus: 'Unhealthy',
  })
  await it.steps(8)
  assert.deepEqual((await it.members()).toSorted(compare), inService)
  const alive = allInstances(it.context.store.read()).filter(({ DesiredState }) => DesiredState === 'running')
  assert.ok(
    alive.every(
      ({ Instance }) => ![first, second].some(old => old?.Instance.InstanceId === Instance.InstanceId),
    ),
  )
})

test('with ELB health checks, a member that a balancer finds unhealthy is replaced', async () => {
  const it = await world({ HealthCheckType: 'ELB' })
  await it.steps(3)
  const [sick] = allInstances(it.context.store.read())
  const Id = sick?.Instance.InstanceId ?? ''
  const target = {
    TargetGroupArn: arn,
    Target: { Id, Port: 9996, AvailabilityZone: 'us-east-1a' },
    TargetHealth: { State: 'unhealthy' },
    Evidence: '',
  }
  const report = {
    engine: '',
    engineReason: '',
    listeners: [],
    targets: [target],
  }
  await it.context.store.commit([], [{ key: 'status/balancer/x/us-east-1a', value: report }])
  await it.steps(6)
  const now = allInstances(it.context.store.read()).filter(({ DesiredState }) => DesiredState === 'running')
  assert.equal(now.length, 2)
  assert.ok(now.every(({ Instance }) => Instance.InstanceId !== Id))
})

test('target tracking follows the running queries of the nodes', async () => {
  const it = await world()
  await it.steps(3)
  await it.call('PutScalingPolicy', {
    AutoScalingGroupName: 'nodes',
    PolicyName: 'queries',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      TargetValue: 5,
      CustomizedMetricSpecification: {
        Namespace: 'Everport',
        MetricName: 'RunningQueries',
        Statistic: 'Average',
      },
    },
  })
  it.queries = 9
  await it.steps(5)
  assert.equal((await it.members()).length, 4)
  it.queries = 0
  await it.steps(300)
  assert.equal((await it.members()).length, 1)
  const { Activities = [] } = await it.call('DescribeScalingActivities', { AutoScalingGroupName: 'nodes' })
  assert.match(
    Activities.map(({ Description }) => Description).join('\n'),
    /Setting desired capacity to 4: 18 queries run, 5 a member/,
  )
})

test('deleted by force, its members drain and go first', async () => {
  const it = await world()
  await it.steps(3)
  const deleted = (ForceDelete: boolean) =>
    it.call('DeleteAutoScalingGroup', { AutoScalingGroupName: 'nodes', ForceDelete })
  await assert.rejects(deleted(false), { code: 'ResourceInUse' })
  await deleted(true)
  await it.steps(8)
  assert.deepEqual((await it.call('DescribeAutoScalingGroups', {})).AutoScalingGroups, [])
  assert.deepEqual(
    it.context.store
      .read()
      .list('autoscaling/')
      .map(({ key }) => key),
    ['autoscaling/launch-configuration/node'],
  )
  await it.call('DeleteLaunchConfiguration', { LaunchConfigurationName: 'node' })
})

test('a launch that fails is told, and tried again later', async () => {
  const it = await world()
  const { store } = it.context
  const key = store.read().list('autoscaling/launch-configuration/')[0]?.key ?? ''
  const before = store.read().get<object>(key)?.value
  await store.commit([], [{ key, value: { ...before, UserData: 'bm9uc2Vuc2U6IHRydWU=' } }])
  await it.steps(5)
  const told = await it.call('DescribeScalingActivities', { AutoScalingGroupName: 'nodes' })
  assert.match(told.Activities?.[0]?.StatusMessage ?? '', /nonsense/)
  assert.equal(told.Activities?.length, 2, 'no storm of launches')
  await store.commit([], [{ key, value: before }])
  await it.steps(32)
  assert.deepEqual((await it.members()).toSorted(compare), inService)
})

test('what makes no sense is refused', async () => {
  const it = await world()
  const refused = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'not refused',
      (error: unknown) => `${(error as AwsRefusal).code}: ${(error as AwsRefusal).message}`,
    )
  const group = {
    AutoScalingGroupName: 'x',
    LaunchConfigurationName: 'node',
    MinSize: 1,
    MaxSize: 2,
    AvailabilityZones: ['us-east-1a'],
  }
  const create = (more: object) => refused(it.call('CreateAutoScalingGroup', { ...group, ...more }))
  assert.match(
    await create({ MinSize: 3 }),
    /^ValidationError: Max bound, 2, must be greater than or equal to min bound, 3/,
  )
  assert.match(await create({ DesiredCapacity: 9 }), /^ValidationError: Desired capacity:9 must be below/)
  assert.match(
    await create({ LaunchConfigurationName: 'none' }),
    /^ValidationError: Launch configuration name not found/,
  )
  assert.match(
    await create({ TargetGroupARNs: ['arn:none'] }),
    /^ValidationError: Provided Target Groups may not be valid/,
  )
  assert.match(await create({ AutoScalingGroupName: 'nodes' }), /^AlreadyExists/)
  assert.match(
    await create({ AvailabilityZones: ['us-east-1z'] }),
    /^ValidationError: Invalid availability zone/,
  )
  assert.match(
    await refused(it.call('DeleteLaunchConfiguration', { LaunchConfigurationName: 'node' })),
    /^ResourceInUse/,
  )
  const set = { AutoScalingGroupName: 'nodes', DesiredCapacity: 5 }
  assert.match(
    await refused(it.call('SetDesiredCapacity', set)),
    /^ValidationError: New SetDesiredCapacity value 5 is above max value 4/,
  )
})

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? '') < (b ?? '') ? -1 : 1
}
