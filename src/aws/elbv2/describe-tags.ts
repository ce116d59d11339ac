import type { DescribeTagsInput, DescribeTagsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'
import { taggedResource } from './tagged-resources.ts'
import { tagsOf } from './tags.ts'

const arnsMax = 20

export const describeTags: Operation<DescribeTagsInput, DescribeTagsOutput> = async (
  { ResourceArns },
  { store },
) => {
  if (ResourceArns.length > arnsMax)
    throw refuse('ValidationError', `Up to ${arnsMax} resources can be described in a single call`)
  const snapshot = store.read()
  return {
    TagDescriptions: ResourceArns.map(ResourceArn => {
      taggedResource(snapshot, ResourceArn)
      const tags = Object.entries(tagsOf(snapshot, ResourceArn))
      return { ResourceArn, Tags: tags.map(([Key, Value]) => ({ Key, Value })) }
    }),
  }
}
