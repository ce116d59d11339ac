import type { DescribeTagsRequest, DescribeTagsResult, TagDescription } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { pageOf } from './page.ts'
import { allTaggedResources } from './tagged-resource.ts'

export const describeTags: Operation<DescribeTagsRequest, DescribeTagsResult> = async (input, { store }) => {
  const tags = allTaggedResources(store.read()).flatMap(({ id, type, tags: own }) =>
    own.map(({ Key, Value }): TagDescription & { Tags?: never } => ({
      Key,
      Value,
      ResourceId: id,
      ResourceType: type,
    })),
  )
  const found = filtered(tags, input.Filters, {
    key: tag => [tag.Key],
    value: tag => [tag.Value],
    'resource-id': tag => [tag.ResourceId],
    'resource-type': tag => [tag.ResourceType],
  })
  const { items, next } = pageOf(found, ({ ResourceId, Key }) => `${ResourceId} ${Key}`, input)
  return { Tags: items, ...next }
}
