import type {
  ChangeTagsForResourceRequest,
  ChangeTagsForResourceResponse,
  Tag,
} from '@aws-sdk/client-route-53'
import { passwordFileMistakes, tagMistakes } from '../../dns/health-checks/tag-mistakes.ts'
import type { HealthCheckDocument } from '../../resources/health-checks.ts'
import type { Attributes } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { quotas } from './quotas.ts'
import { refuse, refuseMistakes } from './refuse.ts'
import { taggedOf } from './resource-tags.ts'

/** On a health check, tags that begin `everport.` refine it: a mistake in one changes none. */
export const changeTagsForResource: Operation<
  ChangeTagsForResourceRequest,
  ChangeTagsForResourceResponse
> = async ({ ResourceType, ResourceId, AddTags = [], RemoveTagKeys = [] }, { store, passwordFolder }) => {
  refuseTags(AddTags, RemoveTagKeys)
  await commitPlanned(store, snapshot => {
    const { key, document } = taggedOf(snapshot, ResourceType, ResourceId)
    const Tags = changedTags(document.Tags ?? {}, AddTags, RemoveTagKeys)
    if (Object.keys(Tags).length > quotas.tagsPerResourceMax)
      throw refuse(
        'InvalidInput',
        `The limit of ${quotas.tagsPerResourceMax} tags for a resource is exceeded.`,
      )
    if (ResourceType === 'healthcheck') {
      const { HealthCheckConfig } = (document as HealthCheckDocument).HealthCheck
      const mistakes = tagMistakes(Tags, HealthCheckConfig.Type)
      refuseMistakes(mistakes.length > 0 ? mistakes : passwordFileMistakes(Tags, passwordFolder))
    }
    return { changes: [{ key, value: { ...document, Tags } }], answer: undefined }
  })
  return {}
}

function refuseTags(added: readonly Tag[], removed: readonly string[]): void {
  if (added.length === 0 && removed.length === 0)
    throw refuse('InvalidInput', 'The input is not valid: AddTags or RemoveTagKeys must be given')
  const keys = added.map(({ Key = '' }) => Key)
  if (keys.some(key => key === '')) throw refuse('InvalidInput', 'The input is not valid: a tag needs a key')
  if (new Set(keys).size < keys.length)
    throw refuse('InvalidInput', 'The input is not valid: a tag key is given twice')
}

function changedTags(before: Attributes, added: readonly Tag[], removed: readonly string[]): Attributes {
  const kept = Object.entries(before).filter(([key]) => !removed.includes(key))
  const pairs = added.map(({ Key = '', Value = '' }): [string, string] => [Key, Value])
  return Object.fromEntries([...kept, ...pairs])
}
