import type {
  DeregisterEndPointsInput,
  DeregisterEndPointsOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic, withSettings } from './classic-change.ts'
import { instanceList } from './instances.ts'
import { refuse } from './refusal.ts'

/**
 * From when this answers, no balancer that lives sends the instances new connections or requests. Those that are there end at once, or, with
 * connection draining, after its timeout at the latest.
 */
export const deregisterInstancesFromLoadBalancer: Operation<
  DeregisterEndPointsInput,
  DeregisterEndPointsOutput
> = async ({ LoadBalancerName, Instances: given }, context) => {
  const { document, revision } = await changeClassic(context, LoadBalancerName, before => {
    const { Instances } = before.Classic
    const gone = new Set(given.map(({ InstanceId = '' }) => InstanceId))
    const stranger = [...gone].find(id => !Instances.includes(id))
    if (stranger !== undefined)
      throw refuse('InvalidInstance', `EC2 instance ${stranger} is not registered with ${LoadBalancerName}.`)
    return { document: withSettings(before, { Instances: Instances.filter(id => !gone.has(id)) }) }
  })
  await context.dataPlanes.whenApplied(revision, 'balancer')
  return { Instances: instanceList(document.Classic.Instances) }
}
