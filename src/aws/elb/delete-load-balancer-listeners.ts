import type {
  DeleteLoadBalancerListenerInput,
  DeleteLoadBalancerListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic, withSettings } from './classic-change.ts'

/** A port without a listener counts as deleted. From when this answers, no balancer that lives listens there. */
export const deleteLoadBalancerListeners: Operation<
  DeleteLoadBalancerListenerInput,
  DeleteLoadBalancerListenerOutput
> = async ({ LoadBalancerName, LoadBalancerPorts }, context) => {
  const { revision } = await changeClassic(context, LoadBalancerName, document => ({
    document: withSettings(document, {
      Listeners: document.Classic.Listeners.filter(
        ({ LoadBalancerPort }) => !LoadBalancerPorts.includes(LoadBalancerPort),
      ),
    }),
  }))
  await context.dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
