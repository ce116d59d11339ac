import type { StopInstancesRequest, StopInstancesResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { changeInstances } from './change-instances.ts'
import { refuse, refuseDryRun } from './refuse.ts'

/** The node drains: running queries may finish. */
export const stopInstances: Operation<StopInstancesRequest, StopInstancesResult> = async (input, context) => {
  if (input.Hibernate === true)
    throw refuse('UnsupportedOperation', 'Instances cannot hibernate; they stop in a moment.')
  refuseDryRun(input.DryRun)
  const StoppingInstances = await changeInstances(context, input.InstanceIds, document => {
    if (document.DesiredState === 'terminated')
      throw refuse(
        'IncorrectInstanceState',
        `This instance '${document.Instance.InstanceId}' is not in a state from which it can be stopped.`,
      )
    return document.DesiredState === 'stopped'
      ? undefined
      : { document: { ...document, DesiredState: 'stopped' } }
  })
  return { StoppingInstances }
}
