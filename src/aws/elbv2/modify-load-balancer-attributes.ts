import type {
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { attributeList, withAttributes } from './attribute-rules.ts'
import { loadBalancerAttributeRules, loadBalancerAttributeWords } from './load-balancer-attributes.ts'
import { balancerTypeOf, loadBalancerOf } from './resources.ts'

export const modifyLoadBalancerAttributes: Operation<
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput
> = async (input, { store }) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const { key, value } = loadBalancerOf(snapshot, input.LoadBalancerArn)
    const type = balancerTypeOf(value)
    const Attributes = withAttributes(
      loadBalancerAttributeRules[type],
      loadBalancerAttributeWords(type),
      value.Attributes,
      input.Attributes,
    )
    return { changes: [{ key, value: { ...value, Attributes } }], answer: Attributes }
  })
  return { Attributes: attributeList(answer) }
}
