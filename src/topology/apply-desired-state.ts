import { createHash } from 'node:crypto'
import { EverportError } from '../base/errors.ts'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import { type AppliedTopology, appliedTopologyKey } from '../resources/topology-settings.ts'
import {
  type Change,
  type Guard,
  isConflict,
  type Revision,
  type Snapshot,
  type Store,
} from '../store/store.ts'
import type { DesiredDocument } from './desired-document.ts'

export interface AppliedChanges {
  readonly revision: Revision
  readonly put: readonly string[]
  readonly deleted: readonly string[]
}

const attemptsMax = 16

/**
 * Brings the store to what the topology file says, in one commit; none when the file says nothing new. The file's word on a document
 * is put when it differs from the file's last word on it, and deleted when the file no longer has it. So what was changed since by an
 * operator or the API stays until the file changes that document too, and documents that never came from the file are not touched.
 */
export async function applyDesiredState(
  store: Store,
  documents: readonly DesiredDocument[],
): Promise<AppliedChanges> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const snapshot = store.read()
    const plan = planChanges(snapshot, documents)
    if (plan === undefined) return { revision: snapshot.revision, put: [], deleted: [] }
    const outcome = await store.commit(plan.guards, plan.changes)
    if (!isConflict(outcome)) return { revision: outcome, put: plan.put, deleted: plan.deleted }
  }
  throw new EverportError('state_error', `the topology could not be stored in ${attemptsMax} attempts`, {
    detail: 'Something else writes the same documents all the time.',
  })
}

interface Plan {
  readonly guards: readonly Guard[]
  readonly changes: readonly Change[]
  readonly put: readonly string[]
  readonly deleted: readonly string[]
}

/** Undefined when the file's word is the same as last time. */
export function planChanges(snapshot: Snapshot, documents: readonly DesiredDocument[]): Plan | undefined {
  const before = snapshot.get<AppliedTopology>(appliedTopologyKey)?.value.documents ?? {}
  const after = Object.fromEntries(documents.map(({ key, value }) => [key, digest(value)]))
  const put = documents.filter(({ key }) => before[key] !== after[key])
  const deleted = Object.keys(before).filter(key => !Object.hasOwn(after, key))
  if (put.length === 0 && deleted.length === 0) return undefined
  const applied: AppliedTopology = { documents: after }
  const changes: Change[] = [
    ...put.map(({ key, value }) => ({ key, value: withOperatorsWord(snapshot, key, value) })),
    ...deleted.map(key => ({ key, value: undefined })),
    { key: appliedTopologyKey, value: applied },
  ]
  return {
    guards: changes.map(({ key }) => ({ key, revision: snapshot.get(key)?.revision ?? 'absent' })),
    changes,
    put: put.map(({ key }) => key),
    deleted,
  }
}

/** Whether an instance runs is for StartInstances and StopInstances to say once it is there. */
function withOperatorsWord(snapshot: Snapshot, key: string, value: object): object {
  if (!key.startsWith(instancePrefix)) return value
  const DesiredState = snapshot.get<InstanceDocument>(key)?.value.DesiredState
  return DesiredState === undefined ? value : { ...value, DesiredState }
}

/** Of the value whatever the order of its keys. */
function digest(value: object): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
