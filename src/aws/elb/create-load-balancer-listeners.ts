import type {
  CreateLoadBalancerListenerInput,
  CreateLoadBalancerListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic, withSettings } from './classic-change.ts'
import { withListeners } from './listeners.ts'

export const createLoadBalancerListeners: Operation<
  CreateLoadBalancerListenerInput,
  CreateLoadBalancerListenerOutput
> = async ({ LoadBalancerName: name, Listeners }, context) => {
  await changeClassic(context, name, (document, snapshot) => ({
    document: withSettings(document, {
      Listeners: withListeners(snapshot, name, document.Classic.Listeners, Listeners),
    }),
  }))
  return {}
}
