import type { Tag } from '@aws-sdk/client-ec2'
import type { Store } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import { taggedResource } from './tagged-resource.ts'

/** Of all these resources or of none. `change` throws to refuse. */
export async function changeTags(
  store: Store,
  ids: readonly string[],
  change: (before: readonly Tag[]) => Tag[],
): Promise<void> {
  await commitPlanned(store, snapshot => {
    const resources = [...new Set(ids)].map(id => taggedResource(snapshot, id))
    return {
      changes: resources.map(resource => ({
        key: resource.key,
        value: resource.with(change(resource.tags)),
      })),
      answer: undefined,
    }
  })
}
