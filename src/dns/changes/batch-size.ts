import type { Change } from '@aws-sdk/client-route-53'
import { changeLimits } from './change-limits.ts'
import { type Refusal, refusal } from './refusal.ts'

/** An alias counts as one record, and everything in an UPSERT twice. */
export function refuseBatchSize(changes: readonly Change[]): Refusal | undefined {
  let records = 0
  let characters = 0
  for (const { Action, ResourceRecordSet: set } of changes) {
    const times = Action === 'UPSERT' ? 2 : 1
    records += times * Math.max(1, set?.ResourceRecords?.length ?? 0)
    for (const { Value = '' } of set?.ResourceRecords ?? []) characters += times * Value.length
  }
  if (changes.length === 0)
    return refusal('InvalidInput', 'Invalid request: a change batch needs one change or more')
  if (records > changeLimits.recordsMax)
    return refusal('InvalidChangeBatch', `Number of records limit of ${changeLimits.recordsMax} exceeded.`)
  if (characters > changeLimits.valueCharactersMax)
    return refusal(
      'InvalidChangeBatch',
      `Number of value characters limit of ${changeLimits.valueCharactersMax} exceeded.`,
    )
  return undefined
}
