import type {
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { attributeList, withAttributes } from './attribute-rules.ts'
import { attributeRulesOf, listenerAttributeWords } from './listener-attributes.ts'
import { listenerOf } from './resources.ts'

export const modifyListenerAttributes: Operation<
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput
> = async (input, { store }) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const { key, value } = listenerOf(snapshot, input.ListenerArn)
    const rules = attributeRulesOf(value.Listener.Protocol)
    const Attributes = withAttributes(rules, listenerAttributeWords, value.Attributes, input.Attributes)
    return { changes: [{ key, value: { ...value, Attributes } }], answer: Attributes }
  })
  return { Attributes: attributeList(answer) }
}
