import { egressRules, type MayReach } from '../balancer/selection/egress-rules.ts'
import { sourceFilter, sourceRules } from '../balancer/selection/source-rules.ts'
import type { Log } from '../base/log.ts'
import { type Endpoint, formatEndpoint } from '../base/network.ts'
import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import type { Snapshot } from '../store/store.ts'

export interface SecurityGuard {
  /** Whether a client at that address may connect to the port. */
  isAllowed(port: number, from: string): boolean
  /** Why the node may not connect there by TCP, in words that name its security groups; undefined: it may. */
  whyForbidden(to: Endpoint): string | undefined
  /** Instances, load balancers or security groups have changed. Connections that are there go on, as in AWS. */
  update(snapshot: Snapshot): void
}

/**
 * The rules of an instance's security groups. An instance without any, as of a topology file, is open to whoever reaches it, and connects
 * wherever it wants. What is held back is logged once until something changes: whoever asks a node to connect need not have logged in.
 */
export function securityGuard(instanceId: string, first: Snapshot, log: Log): SecurityGuard {
  let snapshot = first
  let mayReach: MayReach | undefined
  const filters = new Map<number, ((address: string) => boolean) | undefined>()
  const logged = new Set<string>()
  const groups = (): string[] =>
    (snapshot.get<InstanceDocument>(instanceKey(instanceId))?.value.Instance.SecurityGroups ?? []).flatMap(
      ({ GroupId }) => GroupId ?? [],
    )
  const filterOf = (port: number): ((address: string) => boolean) | undefined => {
    const rules = sourceRules(snapshot, groups(), port)
    return rules === undefined ? undefined : sourceFilter(rules.tcp)
  }
  return {
    isAllowed(port, from) {
      if (!filters.has(port)) filters.set(port, filterOf(port))
      return filters.get(port)?.(from) ?? true
    },
    whyForbidden(to) {
      mayReach ??= egressRules(snapshot, groups())
      if (mayReach('tcp', to.address, to.port)) return undefined
      const where = formatEndpoint(to)
      const why = `no outbound rule of the instance's security groups (${groups().join(', ')}) allows TCP to ${where}`
      if (!logged.has(where)) log.warn('a connection was not made', { to: where, why })
      logged.add(where)
      return why
    },
    update(next) {
      snapshot = next
      mayReach = undefined
      filters.clear()
      logged.clear()
    },
  }
}
