import type { DeleteTagsRequest } from '@aws-sdk/client-ec2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { refuseDryRun } from './refuse.ts'
import { taggedResource } from './tagged-resource.ts'
import { withoutTags } from './tags.ts'

export const deleteTags: Operation<DeleteTagsRequest, object> = async (
  { DryRun, Resources, Tags },
  { store },
) => {
  refuseDryRun(DryRun)
  await commitPlanned(store, snapshot => {
    const resources = [...new Set(Resources)].map(id => taggedResource(snapshot, id))
    return {
      changes: resources.map(resource => ({
        key: resource.key,
        value: resource.with(withoutTags(resource.tags, Tags)),
      })),
      answer: undefined,
    }
  })
  return {}
}
