import type { TerminateInstancesRequest, TerminateInstancesResult } from '@aws-sdk/client-ec2'
import { instanceKey } from '../../resources/instances.ts'
import type { TargetDocument } from '../../resources/load-balancing.ts'
import { privateAddressKey } from '../../resources/network.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import type { Operation } from '../operation.ts'
import { changeInstances } from './change-instances.ts'
import { allInstances } from './instance.ts'
import { ec2Limits } from './limits.ts'
import { refuse, refuseDryRun } from './refuse.ts'

/** The node drains and ends, and its address is free for others. It is told of for an hour. */
export const terminateInstances: Operation<TerminateInstancesRequest, TerminateInstancesResult> = async (
  { InstanceIds, DryRun },
  context,
) => {
  refuseDryRun(DryRun)
  const wallMs = context.wallMs()
  const TerminatingInstances = await changeInstances(context, InstanceIds, (document, _state, snapshot) => {
    const { InstanceId, PrivateIpAddress } = document.Instance
    if (document.DesiredState === 'terminated') return undefined
    if (document.DisableApiTermination === true)
      throw refuse(
        'OperationNotPermitted',
        `The instance '${InstanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      )
    if (document.ReservationId === undefined)
      throw refuse(
        'OperationNotPermitted',
        `The instance '${InstanceId}' is a node of the topology file: take it out there, or stop it here.`,
      )
    return {
      document: { ...document, DesiredState: 'terminated', TerminatedAt: new Date(wallMs).toISOString() },
      changes: [
        { key: privateAddressKey(PrivateIpAddress), value: undefined },
        ...deregistered(snapshot, InstanceId),
        ...forgotten(snapshot, wallMs, InstanceIds),
      ],
    }
  })
  return { TerminatingInstances }
}

/** Those that were terminated long ago. */
function forgotten(snapshot: Snapshot, wallMs: number, besides: readonly string[]): Change[] {
  return allInstances(snapshot)
    .filter(({ TerminatedAt, Instance }) => {
      const at = TerminatedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(TerminatedAt)
      return at + ec2Limits.terminatedKeptMs < wallMs && !besides.includes(Instance.InstanceId)
    })
    .map(({ Instance }) => ({ key: instanceKey(Instance.InstanceId), value: undefined }))
}

/** As in AWS: it leaves every target group at once. */
function deregistered(snapshot: Snapshot, id: string): Change[] {
  return snapshot
    .list<TargetDocument>('elbv2/target/')
    .filter(({ value }) => value.Target.Id === id)
    .map(({ key }) => ({ key, value: undefined }))
}
