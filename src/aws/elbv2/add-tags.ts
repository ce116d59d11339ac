import type { AddTagsInput, AddTagsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { taggedResource } from './tagged-resources.ts'
import { tagsAdded } from './tags.ts'

export const addTags: Operation<AddTagsInput, AddTagsOutput> = async ({ ResourceArns, Tags }, { store }) => {
  await commitPlanned(store, snapshot => ({
    changes: tagsAdded(snapshot, ResourceArns, Tags),
    unchanged: ResourceArns.map(arn => taggedResource(snapshot, arn)),
    answer: undefined,
  }))
  return {}
}
