import type { DeleteTagsRequest } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { changeTags } from './change-tags.ts'
import { refuseDryRun } from './refuse.ts'
import { withoutTags } from './tags.ts'

export const deleteTags: Operation<DeleteTagsRequest, object> = async (
  { DryRun, Resources, Tags },
  { store },
) => {
  refuseDryRun(DryRun)
  await changeTags(store, Resources, before => withoutTags(before, Tags))
  return {}
}
