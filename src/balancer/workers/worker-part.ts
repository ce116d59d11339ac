import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import { takesTcp } from '../selection/listener-snapshot.ts'

/** What a worker serves of a snapshot: connections. Datagrams stay with the first process, since a client's must meet their flow. */
export function workerPart(snapshot: BalancerSnapshot): BalancerSnapshot {
  const listeners = snapshot.listeners.flatMap(listener =>
    takesTcp(listener) ? [listener.protocol === 'TCP_UDP' ? { ...listener, protocol: 'TCP' } : listener] : [],
  )
  return { ...snapshot, listeners }
}

/** What each of so many processes works by: flows of a target that are reset so many a second are reset by all of them. */
export function pacedFor(processes: number, snapshot: BalancerSnapshot): BalancerSnapshot {
  const isPaced = snapshot.targetGroups.some(({ resetsPerSecond }) => resetsPerSecond !== undefined)
  if (!isPaced || processes === 1) return snapshot
  const targetGroups = snapshot.targetGroups.map(group =>
    group.resetsPerSecond === undefined
      ? group
      : { ...group, resetsPerSecond: group.resetsPerSecond / processes },
  )
  return { ...snapshot, targetGroups }
}
