import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2'
import { ec2Limits } from './limits.ts'
import { refuse } from './refuse.ts'

/** Of the specifications for this type; one for another type is refused, since nothing would carry it. */
export function specifiedTags(
  specifications: readonly TagSpecification[] | undefined,
  type: ResourceType,
  others: readonly ResourceType[] = [],
): Tag[] {
  for (const { ResourceType: given } of specifications ?? [])
    if (given !== type && (given === undefined || !others.includes(given)))
      throw refuse(
        'InvalidParameterValue',
        `Value (${given}) for parameter resourceType is invalid. Only ${type} is allowed.`,
      )
  const tags = (specifications ?? [])
    .filter(({ ResourceType: given }) => given === type)
    .flatMap(({ Tags = [] }) => Tags)
  return withTags([], tags)
}

/** As CreateTags does: a key that is there takes the new value. */
export function withTags(before: readonly Tag[], added: readonly Tag[]): Tag[] {
  const tags = new Map(before.map(({ Key = '', Value = '' }) => [Key, Value]))
  for (const { Key = '', Value = '' } of added) {
    if (Key === '') throw refuse('InvalidParameterValue', 'Tag keys must not be empty')
    if (Key.startsWith('aws:'))
      throw refuse(
        'InvalidParameterValue',
        `Tag keys starting with 'aws:' are reserved for internal use: ${Key}`,
      )
    if (Key.length > 127)
      throw refuse('InvalidParameterValue', `Tag key exceeds the maximum length of 127 characters: ${Key}`)
    if (Value.length > 255)
      throw refuse(
        'InvalidParameterValue',
        `Tag value exceeds the maximum length of 255 characters: ${Value}`,
      )
    tags.set(Key, Value)
  }
  if (tags.size > ec2Limits.tagsPerResourceMax)
    throw refuse(
      'TagLimitExceeded',
      `The limit of ${ec2Limits.tagsPerResourceMax} tags for a resource is exceeded`,
    )
  return [...tags].map(([Key, Value]) => ({ Key, Value }))
}

/** As DeleteTags does: a key with a value only where it has that value, a key alone whatever it has; none: all. */
export function withoutTags(before: readonly Tag[], removed: readonly Tag[] | undefined): Tag[] {
  if (removed === undefined || removed.length === 0) return []
  return before.filter(
    ({ Key, Value }) =>
      !removed.some(tag => tag.Key === Key && (tag.Value === undefined || tag.Value === Value)),
  )
}
