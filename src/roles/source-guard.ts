import { sourceFilter, sourceRules } from '../balancer/selection/source-rules.ts'
import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import type { Snapshot } from '../store/store.ts'

export interface SourceGuard {
  /** Whether a client at that address may connect to the port. */
  isAllowed(port: number, from: string): boolean
  /** Instances, load balancers or security groups have changed. Connections that are there go on, as in AWS. */
  update(snapshot: Snapshot): void
}

/** The inbound rules of an instance's security groups. An instance without any, as of a topology file, is open to whoever reaches it. */
export function sourceGuard(instanceId: string, first: Snapshot): SourceGuard {
  let snapshot = first
  const filters = new Map<number, ((address: string) => boolean) | undefined>()
  const filterOf = (port: number): ((address: string) => boolean) | undefined => {
    const groups =
      snapshot.get<InstanceDocument>(instanceKey(instanceId))?.value.Instance.SecurityGroups ?? []
    const ids = groups.flatMap(({ GroupId }) => GroupId ?? [])
    const rules = sourceRules(snapshot, ids, port)
    return rules === undefined ? undefined : sourceFilter(rules.tcp)
  }
  return {
    isAllowed(port, from) {
      if (!filters.has(port)) filters.set(port, filterOf(port))
      return filters.get(port)?.(from) ?? true
    },
    update(next) {
      snapshot = next
      filters.clear()
    },
  }
}
