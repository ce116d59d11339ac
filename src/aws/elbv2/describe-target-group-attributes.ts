import type {
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { attributeList } from './attribute-rules.ts'
import { targetGroupOf } from './resources.ts'

export const describeTargetGroupAttributes: Operation<
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput
> = async ({ TargetGroupArn }, { store }) => ({
  Attributes: attributeList(targetGroupOf(store.read(), TargetGroupArn).value.Attributes),
})
