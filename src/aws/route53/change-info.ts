import type { ChangeInfo } from '@aws-sdk/client-route-53'
import { type ChangeDocument, changeKey, changePrefix } from '../../resources/dns.ts'
import type { Change, Revision, Snapshot } from '../../store/store.ts'
import type { OperationContext } from '../operation.ts'
import { newChangeId } from './identifiers.ts'

/** Older ones are forgotten: whoever waits for a change asks within minutes. */
const changesMax = 1_000

export interface SubmittedChange {
  readonly id: string
  readonly document: ChangeDocument
  /** For the commit that it tells of. */
  readonly changes: readonly Change[]
}

export function submitChange(
  snapshot: Snapshot,
  { random, wallMs }: OperationContext,
  comment: string | undefined,
): SubmittedChange {
  const now = wallMs()
  const id = newChangeId(random, now)
  const document: ChangeDocument = {
    SubmittedAt: new Date(now).toISOString(),
    ...(comment === undefined ? {} : { Comment: comment }),
  }
  const known = snapshot.list(changePrefix)
  const forgotten = known.slice(0, Math.max(0, known.length + 1 - changesMax))
  return {
    id,
    document,
    changes: [
      { key: changeKey(id), value: document },
      ...forgotten.map(({ key }) => ({ key, value: undefined })),
    ],
  }
}

/** PENDING until every DNS server that lives answers by it. */
export function changeInfo(
  id: string,
  { SubmittedAt, Comment }: ChangeDocument,
  revision: Revision,
  { dataPlanes }: OperationContext,
): ChangeInfo {
  return {
    Id: `/change/${id}`,
    Status: dataPlanes.haveApplied(revision, 'dns') ? 'INSYNC' : 'PENDING',
    SubmittedAt: new Date(SubmittedAt),
    ...(Comment === undefined ? {} : { Comment }),
  }
}
