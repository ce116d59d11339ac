import { isDeepStrictEqual } from 'node:util'
import {
  type ClassicSettings,
  loadBalancerKey,
  type TargetDocument,
  targetGroupKey,
} from '../../resources/load-balancing.ts'
import type { Change, Revision, Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { OperationContext } from '../operation.ts'
import { type ClassicDocument, classicOf } from './classic-balancer.ts'
import { balancerAttributes, derivedDocuments, derivedPrefixes, targetPrefixOf } from './derived-documents.ts'

/** A Classic load balancer as it is to be, and what else the decision writes or rests on. */
export interface PlannedClassic {
  readonly document: ClassicDocument
  readonly changes?: readonly Change[]
  readonly unchanged?: readonly string[]
}

/** Decides what a Classic load balancer becomes, and commits it with everything that the balancers run of it. */
export async function changeClassic(
  { store, wallMs }: Pick<OperationContext, 'store' | 'wallMs'>,
  name: string,
  plan: (document: ClassicDocument, snapshot: Snapshot) => PlannedClassic,
): Promise<{ readonly document: ClassicDocument; readonly revision: Revision }> {
  const { answer, revision } = await commitPlanned(store, snapshot => {
    const before = classicOf(snapshot, name)
    const { document, changes = [], unchanged = [] } = plan(before.value, snapshot)
    const all = [...classicChanges(snapshot, document, wallMs()), ...changes]
    return { changes: all, unchanged: [before.key, ...unchanged], answer: document }
  })
  return { document: answer, revision }
}

/** The same balancer with other settings. */
export const withSettings = (
  document: ClassicDocument,
  changed: Partial<ClassicSettings>,
): ClassicDocument => {
  const Classic = { ...document.Classic, ...changed }
  return { ...document, Classic, Attributes: balancerAttributes(Classic) }
}

/**
 * From what stands under a Classic load balancer's keys to what is to stand there. An instance that is registered no more drains while its group is
 * there (finish-deregistrations.ts deletes it), and one that is registered again serves again.
 */
export function classicChanges(snapshot: Snapshot, document: ClassicDocument, wallMs: number): Change[] {
  const name = document.LoadBalancer.LoadBalancerName
  const wanted = derivedDocuments(document).set(loadBalancerKey(name), document)
  const changes = [...wanted]
    .filter(([key, value]) => !isDeepStrictEqual(snapshot.get<object>(key)?.value, value))
    .map(([key, value]): Change => ({ key, value }))
  for (const key of derivedKeys(snapshot, name)) {
    if (wanted.has(key)) continue
    const target = key.startsWith(targetPrefixOf(name)) ? snapshot.get<TargetDocument>(key)?.value : undefined
    const group = targetGroupKey(key.split('/')[2] ?? '')
    if (target === undefined || !wanted.has(group)) changes.push({ key, value: undefined })
    else if (target.DeregisteredAt === undefined)
      changes.push({ key, value: { ...target, DeregisteredAt: new Date(wallMs).toISOString() } })
  }
  return changes
}

/** Keys of everything that the balancers run of a Classic load balancer. */
export const derivedKeys = (snapshot: Snapshot, name: string): string[] =>
  derivedPrefixes(name).flatMap(prefix => snapshot.list(prefix).map(({ key }) => key))
