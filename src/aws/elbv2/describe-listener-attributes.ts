import type {
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { attributeList } from './attribute-rules.ts'
import { listenerOf } from './resources.ts'

export const describeListenerAttributes: Operation<
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput
> = async ({ ListenerArn }, { store }) => ({
  Attributes: attributeList(listenerOf(store.read(), ListenerArn).value.Attributes),
})
