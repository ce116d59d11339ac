import type { StartInstancesRequest, StartInstancesResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { changeInstances } from './change-instances.ts'
import { refuse, refuseDryRun } from './refuse.ts'

export const startInstances: Operation<StartInstancesRequest, StartInstancesResult> = async (
  { InstanceIds, DryRun },
  context,
) => {
  refuseDryRun(DryRun)
  const StartingInstances = await changeInstances(context, InstanceIds, (document, state) => {
    if (state === 'stopping' || document.DesiredState === 'terminated')
      throw refuse(
        'IncorrectInstanceState',
        `The instance '${document.Instance.InstanceId}' is not in a state from which it can be started.`,
      )
    return document.DesiredState === 'running'
      ? undefined
      : { document: { ...document, DesiredState: 'running' } }
  })
  return { StartingInstances }
}
