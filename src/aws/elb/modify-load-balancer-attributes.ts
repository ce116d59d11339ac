import type {
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { shownAttributes, withAttributes } from './attributes.ts'
import { changeClassic, withSettings } from './classic-change.ts'

/** What is not named stays. */
export const modifyLoadBalancerAttributes: Operation<
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput
> = async ({ LoadBalancerName, LoadBalancerAttributes: given }, context) => {
  const { document } = await changeClassic(context, LoadBalancerName, before => ({
    document: withSettings(before, { Attributes: withAttributes(before.Classic.Attributes, given) }),
  }))
  return { LoadBalancerName, LoadBalancerAttributes: shownAttributes(document.Classic.Attributes) }
}
