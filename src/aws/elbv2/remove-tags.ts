import type { RemoveTagsInput, RemoveTagsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { taggedResource } from './tagged-resources.ts'
import { tagsKey, tagsOf } from './tags.ts'

/** A tag that is not there counts as removed. */
export const removeTags: Operation<RemoveTagsInput, RemoveTagsOutput> = async (
  { ResourceArns, TagKeys },
  { store },
) => {
  await commitPlanned(store, snapshot => {
    const unchanged = ResourceArns.map(arn => taggedResource(snapshot, arn))
    const changes = [...new Set(ResourceArns)].flatMap(arn => {
      const before = Object.entries(tagsOf(snapshot, arn))
      const after = before.filter(([key]) => !TagKeys.includes(key))
      if (after.length === before.length) return []
      const value = after.length === 0 ? undefined : { Tags: Object.fromEntries(after) }
      return [{ key: tagsKey(arn), value }]
    })
    return { changes, unchanged, answer: undefined }
  })
  return {}
}
