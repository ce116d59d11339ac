import type { ListTagsForResourcesRequest, ListTagsForResourcesResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { shownTags, taggedOf } from './resource-tags.ts'

export const listTagsForResources: Operation<
  ListTagsForResourcesRequest,
  ListTagsForResourcesResponse
> = async ({ ResourceType, ResourceIds }, { store }) => {
  const snapshot = store.read()
  return {
    ResourceTagSets: ResourceIds.map(ResourceId => ({
      ResourceType,
      ResourceId,
      Tags: shownTags(taggedOf(snapshot, ResourceType, ResourceId)),
    })),
  }
}
