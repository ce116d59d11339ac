import type { RebootInstancesRequest } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { changeInstances } from './change-instances.ts'
import { refuse, refuseDryRun } from './refuse.ts'

/** The node drains, ends, and is started again: with its user data as it is by then. */
export const rebootInstances: Operation<RebootInstancesRequest, object> = async (
  { InstanceIds, DryRun },
  context,
) => {
  refuseDryRun(DryRun)
  await changeInstances(context, InstanceIds, document => {
    if (document.DesiredState !== 'running')
      throw refuse(
        'IncorrectInstanceState',
        `The instance '${document.Instance.InstanceId}' is not in a state from which it can be rebooted.`,
      )
    return { document: { ...document, Reboots: (document.Reboots ?? 0) + 1 } }
  })
  return {}
}
