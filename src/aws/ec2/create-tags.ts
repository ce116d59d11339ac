import type { CreateTagsRequest } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { changeTags } from './change-tags.ts'
import { refuseDryRun } from './refuse.ts'
import { withTags } from './tags.ts'

export const createTags: Operation<CreateTagsRequest, object> = async (
  { DryRun, Resources, Tags },
  { store },
) => {
  refuseDryRun(DryRun)
  await changeTags(store, Resources, before => withTags(before, Tags))
  return {}
}
