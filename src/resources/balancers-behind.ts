import type { Revision, Snapshot } from '../store/store.ts'
import type { LoadBalancerDocument } from './load-balancing.ts'
import { type BalancerStatus, balancerStatusKey } from './status.ts'

/**
 * Live balancers of some load balancers that do not yet work by a revision, each as `<load balancer>/<zone>`. When it is empty, the
 * promise of whoever acknowledges a change holds: a target whose document says that it is deregistered at `revision` gets no new flow from
 * any of them. An engine's selection changes before its balancer tells the revision.
 *
 * Who does not live promises nothing and needs not: it has no listeners, and when it starts it tells the store that it is there before it
 * reads the state that it begins with (roles/balancer.ts). `isAlive` is of a heartbeat monitor that watches the keys of
 * `balancerStatusKey`; one that has seen no silence yet holds whoever has a status for alive. Wait with a deadline: a balancer that hangs is
 * held for dead after `heartbeatTimeoutMs`.
 */
export function balancersBehind(
  store: Snapshot,
  loadBalancers: readonly string[],
  revision: Revision,
  isAlive: (statusKey: string) => boolean,
): string[] {
  const wanted = new Set(loadBalancers)
  return store.list<LoadBalancerDocument>('elbv2/load-balancer/').flatMap(({ value }) => {
    const { LoadBalancerName: name, AvailabilityZones: zones } = value.LoadBalancer
    if (!wanted.has(name)) return []
    return zones.flatMap(({ ZoneName: zone = '' }) => {
      const key = balancerStatusKey(name, zone)
      const status = store.get<BalancerStatus>(key)?.value
      const isBehind = status !== undefined && isAlive(key) && status.appliedRevision < revision
      return isBehind ? [`${name}/${zone}`] : []
    })
  })
}
