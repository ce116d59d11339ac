import type { RegisterEndPointsInput, RegisterEndPointsOutput } from '@aws-sdk/client-elastic-load-balancing'
import { instanceKey } from '../../resources/instances.ts'
import type { Operation } from '../operation.ts'
import { changeClassic, withSettings } from './classic-change.ts'
import { instanceList, knownInstances } from './instances.ts'
import { elbLimits } from './limits.ts'
import { refuse } from './refusal.ts'

/** Answers as soon as it is stored: what the balancers see of the instances, DescribeInstanceHealth tells. */
export const registerInstancesWithLoadBalancer: Operation<
  RegisterEndPointsInput,
  RegisterEndPointsOutput
> = async ({ LoadBalancerName, Instances: given }, context) => {
  const { document } = await changeClassic(context, LoadBalancerName, (before, snapshot) => {
    const added = knownInstances(snapshot, given)
    const Instances = [...new Set([...before.Classic.Instances, ...added])]
    if (Instances.length > elbLimits.instancesPerLoadBalancer)
      throw refuse(
        'InvalidConfigurationRequest',
        `A load balancer can have ${elbLimits.instancesPerLoadBalancer} instances`,
      )
    return {
      document: withSettings(before, { Instances }),
      // None of them must be terminated meanwhile.
      unchanged: added.map(instanceKey),
    }
  })
  return { Instances: instanceList(document.Classic.Instances) }
}
