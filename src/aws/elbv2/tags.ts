import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Change, Snapshot } from '../../store/store.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'

/** Under `elbv2/tags/<ARN>`, for whichever kind of resource. */
export interface TagsDocument {
  readonly Tags: Readonly<Record<string, string>>
}

export const tagsKey = (arn: string): string => `elbv2/tags/${arn}`

export function tagsOf(snapshot: Snapshot, arn: string): Readonly<Record<string, string>> {
  return snapshot.get<TagsDocument>(tagsKey(arn))?.value.Tags ?? {}
}

/** The tags with those given added or replaced. */
export function withTags(
  present: Readonly<Record<string, string>>,
  given: readonly Tag[],
): Readonly<Record<string, string>> {
  const keys = given.map(({ Key = '' }) => Key)
  if (new Set(keys).size < keys.length)
    throw refuse('DuplicateTagKeys', 'Tag keys must be unique; one was given twice')
  const reserved = keys.find(key => /^aws:/i.test(key))
  if (reserved !== undefined)
    throw refuse('ValidationError', `Tag key '${reserved}' is not valid: 'aws:' is reserved`)
  const tags = { ...present, ...Object.fromEntries(given.map(({ Key = '', Value = '' }) => [Key, Value])) }
  if (Object.keys(tags).length > elbv2Limits.tagsPerResource)
    throw refuse('TooManyTags', `A resource can have ${elbv2Limits.tagsPerResource} tags`)
  return tags
}

/** The tags given, on each of these resources. */
export function tagsAdded(snapshot: Snapshot, arns: Iterable<string>, given: readonly Tag[]): Change[] {
  return [...new Set(arns)].map(arn => ({
    key: tagsKey(arn),
    value: { Tags: withTags(tagsOf(snapshot, arn), given) } satisfies TagsDocument,
  }))
}

/** These keys on none of the resources; one that is not there counts as removed. */
export function tagsRemoved(snapshot: Snapshot, arns: Iterable<string>, gone: readonly string[]): Change[] {
  return [...new Set(arns)].flatMap(arn => {
    const before = Object.entries(tagsOf(snapshot, arn))
    const after = before.filter(([key]) => !gone.includes(key))
    if (after.length === before.length) return []
    const value = after.length === 0 ? undefined : { Tags: Object.fromEntries(after) }
    return [{ key: tagsKey(arn), value }]
  })
}

/** Of a new resource: nothing to write when it has no tags. */
export function newTags(arn: string, given: readonly Tag[] | undefined): Change[] {
  if (given === undefined || given.length === 0) return []
  const value: TagsDocument = { Tags: withTags({}, given) }
  return [{ key: tagsKey(arn), value }]
}

/** Of a resource that goes. */
export function tagsGone(snapshot: Snapshot, arn: string): Change[] {
  const key = tagsKey(arn)
  return snapshot.get(key) === undefined ? [] : [{ key, value: undefined }]
}

export const sameTags = (snapshot: Snapshot, arn: string, given: readonly Tag[] = []): boolean => {
  const present = tagsOf(snapshot, arn)
  return (
    given.length === Object.keys(present).length &&
    given.every(({ Key = '', Value = '' }) => present[Key] === Value)
  )
}
