import { instanceKey } from '../../resources/instances.ts'
import {
  type ScalingActivityDocument,
  type ScalingGroupDocument,
  scalingActivityPrefix,
} from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import { instanceOf } from '../ec2/instance.ts'
import { allSubnets } from '../ec2/network.ts'
import { launchInstances } from '../ec2/run-instances.ts'
import { terminateInstances } from '../ec2/terminate-instances.ts'
import type { OperationContext } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { launchConfigurationOf } from './group.ts'
import { actionText, type ScalingAction } from './next-scaling.ts'
import { deregistration, knownTargetGroups, registration } from './target-groups.ts'

/** Of one group. Older ones are forgotten. */
const activitiesMax = 100

/** Does what was decided of a group. Rejects when it cannot be done: then it is decided anew, by what is there. */
export async function carryOut(
  action: ScalingAction,
  group: ScalingGroupDocument,
  context: OperationContext,
): Promise<void> {
  switch (action.do) {
    case 'desire':
      return changeGroup(context, group.AutoScalingGroupName, now => ({
        ...now,
        DesiredCapacity: action.capacity,
      }))
    case 'launch':
      return launch(action.zone, group, context)
    case 'register':
      return register(action.id, group, context)
    case 'retire':
      return retire(action.id, group, context)
    case 'terminate':
      await terminateInstances({ InstanceIds: [action.id] }, context)
      return
    case 'forget':
      return forget(action.id, context)
  }
}

async function launch(zone: string, group: ScalingGroupDocument, context: OperationContext): Promise<void> {
  const snapshot = context.store.read()
  const configuration = launchConfigurationOf(snapshot, group.LaunchConfigurationName)
  const subnet = allSubnets(snapshot).find(
    ({ SubnetId, AvailabilityZone }) => group.SubnetIds.includes(SubnetId) && AvailabilityZone === zone,
  )
  const { ImageId, UserData, KeyName, SecurityGroups } = configuration
  const tags = group.Tags.filter(({ PropagateAtLaunch }) => PropagateAtLaunch === true)
  await launchInstances(
    {
      ImageId,
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnet?.SubnetId,
      ...(UserData === undefined ? {} : { UserData }),
      ...(KeyName === undefined ? {} : { KeyName }),
      ...(SecurityGroups.length === 0 ? {} : { SecurityGroupIds: [...SecurityGroups] }),
      TagSpecifications: [{ ResourceType: 'instance', Tags: tags.map(({ Key, Value }) => ({ Key, Value })) }],
    },
    context,
    { Scaling: { Group: group.AutoScalingGroupName, IsProtected: group.NewInstancesProtectedFromScaleIn } },
  )
}

async function register(id: string, group: ScalingGroupDocument, { store }: OperationContext): Promise<void> {
  await commitPlanned(store, snapshot => {
    const changes = registration(knownTargetGroups(snapshot, group.TargetGroupARNs), instanceOf(snapshot, id))
    return { changes, unchanged: [instanceKey(id)], answer: undefined }
  })
}

/** Out of its target groups and marked, in one commit. */
async function retire(
  id: string,
  group: ScalingGroupDocument,
  { store, wallMs }: OperationContext,
): Promise<void> {
  const now = new Date(wallMs()).toISOString()
  await commitPlanned(store, snapshot => {
    const document = instanceOf(snapshot, id)
    const { Scaling = { Group: group.AutoScalingGroupName, IsProtected: false } } = document
    const value = { ...document, DisableApiTermination: false, Scaling: { ...Scaling, LeavingSince: now } }
    const groups = knownTargetGroups(snapshot, group.TargetGroupARNs)
    return {
      changes: [{ key: instanceKey(id), value }, ...deregistration(snapshot, groups, document, now)],
      answer: undefined,
    }
  })
}

async function forget(id: string, { store }: OperationContext): Promise<void> {
  await commitPlanned(store, snapshot => {
    const { Scaling: _gone, ...value } = instanceOf(snapshot, id)
    return { changes: [{ key: instanceKey(id), value }], answer: undefined }
  })
}

/** For DescribeScalingActivities. */
export async function recordActivity(
  action: ScalingAction,
  group: string,
  { store, wallMs, random }: OperationContext,
  failure?: string,
): Promise<void> {
  const prefix = scalingActivityPrefix(group)
  const at = wallMs()
  const value: ScalingActivityDocument = {
    Description: actionText(action),
    Cause: 'reason' in action ? action.reason : 'The group follows its desired state.',
    At: new Date(at).toISOString(),
    ...(failure === undefined ? {} : { Failure: failure }),
  }
  const id = `${Math.floor(at).toString(36).padStart(9, '0')}-${random.uint32().toString(36)}`
  const known = store.read().list(prefix)
  const forgotten = known.slice(0, Math.max(0, known.length + 1 - activitiesMax))
  await store.commit(
    [],
    [{ key: `${prefix}${id}`, value }, ...forgotten.map(({ key }) => ({ key, value: undefined }))],
  )
}
