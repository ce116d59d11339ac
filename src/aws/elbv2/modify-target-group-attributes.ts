import type {
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { attributeList, withAttributes } from './attribute-rules.ts'
import { checkPasswordFile, checkTargetGroupAttributes } from './check-target-group-attributes.ts'
import { targetGroupOf } from './resources.ts'
import { targetGroupAttributeRules, targetGroupAttributeWords } from './target-group-attributes.ts'

export const modifyTargetGroupAttributes: Operation<
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput
> = async (input, { store, passwordFolder }) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const { key, value } = targetGroupOf(snapshot, input.TargetGroupArn)
    const { Protocol } = value.TargetGroup
    const Attributes = withAttributes(
      targetGroupAttributeRules(Protocol),
      targetGroupAttributeWords(Protocol),
      value.Attributes,
      input.Attributes,
    )
    checkTargetGroupAttributes(value.TargetGroup, Attributes)
    checkPasswordFile(Attributes, passwordFolder)
    return { changes: [{ key, value: { ...value, Attributes } }], answer: Attributes }
  })
  return { Attributes: attributeList(answer) }
}
