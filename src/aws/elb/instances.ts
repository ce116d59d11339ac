import type { Instance } from '@aws-sdk/client-elastic-load-balancing'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import type { Snapshot } from '../../store/store.ts'
import { refuse } from './refusal.ts'

/** Their ids, each once; refuses all when one is no instance that is there. */
export function knownInstances(snapshot: Snapshot, given: readonly Instance[]): string[] {
  return [...new Set(given.map(({ InstanceId = '' }) => InstanceId))].map(id => {
    if (instanceNamed(snapshot, id) === undefined)
      throw refuse('InvalidInstance', `Could not find EC2 instance ${id}.`)
    return id
  })
}

export function instanceNamed(snapshot: Snapshot, id: string): InstanceDocument | undefined {
  const found = snapshot.get<InstanceDocument>(instanceKey(id))?.value
  return found?.DesiredState === 'terminated' ? undefined : found
}

export const instanceList = (ids: readonly string[]): Instance[] => ids.map(InstanceId => ({ InstanceId }))
