import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { shownTags, taggedOf } from './resource-tags.ts'

export const listTagsForResource: Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> = async (
  { ResourceType, ResourceId },
  { store },
) => {
  const Tags = shownTags(taggedOf(store.read(), ResourceType, ResourceId))
  return { ResourceTagSet: { ResourceType, ResourceId, Tags } }
}
