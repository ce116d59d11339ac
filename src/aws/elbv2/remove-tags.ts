import type { RemoveTagsInput, RemoveTagsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { taggedResource } from './tagged-resources.ts'
import { tagsRemoved } from './tags.ts'

export const removeTags: Operation<RemoveTagsInput, RemoveTagsOutput> = async (
  { ResourceArns, TagKeys },
  { store },
) => {
  await commitPlanned(store, snapshot => ({
    unchanged: ResourceArns.map(arn => taggedResource(snapshot, arn)),
    changes: tagsRemoved(snapshot, ResourceArns, TagKeys),
    answer: undefined,
  }))
  return {}
}
