import type { ModifyInstanceAttributeRequest } from '@aws-sdk/client-ec2'
import type { InstanceDocument } from '../../resources/instances.ts'
import type { Snapshot } from '../../store/store.ts'
import type { Checked, Operation } from '../operation.ts'
import { changeInstances } from './change-instances.ts'
import { allInstances } from './instance.ts'
import { groupOf } from './network.ts'
import { givenUserData, nodeConfig } from './node-config.ts'
import { refuse, refuseDryRun } from './refuse.ts'

type Asked = Checked<ModifyInstanceAttributeRequest>

/** User data of a stopped instance (it holds from its next start on), security groups, protection from termination. */
export const modifyInstanceAttribute: Operation<ModifyInstanceAttributeRequest, object> = async (
  input,
  context,
) => {
  refuseDryRun(input.DryRun)
  await changeInstances(context, [input.InstanceId], (document, state, snapshot) => {
    if (document.ReservationId === undefined)
      throw refuse(
        'OperationNotPermitted',
        `The instance '${input.InstanceId}' is a node of the topology file: change it there.`,
      )
    const userData = userDataOf(input)
    if (userData !== undefined && state !== 'stopped')
      throw refuse(
        'IncorrectInstanceState',
        `The instance '${input.InstanceId}' is not in the 'stopped' state.`,
      )
    const after = {
      ...document,
      ...(userData === undefined ? {} : withUserData(snapshot, document, userData)),
      ...groups(snapshot, document, input),
      ...protection(input),
    }
    return { document: after }
  })
  return {}
}

function userDataOf({ UserData, Attribute, Value }: Asked): string | undefined {
  if (UserData?.Value !== undefined) return Buffer.from(UserData.Value).toString('base64')
  return Attribute === 'userData' ? (Value ?? '') : undefined
}

function withUserData(
  snapshot: Snapshot,
  document: InstanceDocument,
  given: string,
): Partial<InstanceDocument> {
  const { InstanceId, PrivateIpAddress, Placement } = document.Instance
  const others = allInstances(snapshot).filter(
    one => one.Instance.InstanceId !== InstanceId && one.DesiredState !== 'terminated',
  )
  const place = {
    instanceId: InstanceId,
    address: PrivateIpAddress,
    zone: Placement.AvailabilityZone,
    ordinal: undefined,
  }
  const config = nodeConfig(snapshot, givenUserData(given), place, others)
  // Its process is known by its name.
  return { GivenUserData: given, UserData: { ...config, name: document.UserData.name } }
}

function groups(
  snapshot: Snapshot,
  { Instance }: InstanceDocument,
  { Groups }: Asked,
): Partial<InstanceDocument> {
  if (Groups === undefined || Groups.length === 0) return {}
  const SecurityGroups = Groups.map(id => groupOf(snapshot, id)).map(({ GroupId, GroupName }) => ({
    GroupId,
    GroupName,
  }))
  return { Instance: { ...Instance, SecurityGroups } }
}

function protection({ DisableApiTermination, Attribute, Value }: Asked): Partial<InstanceDocument> {
  if (DisableApiTermination?.Value !== undefined)
    return { DisableApiTermination: DisableApiTermination.Value }
  return Attribute === 'disableApiTermination' ? { DisableApiTermination: Value === 'true' } : {}
}
