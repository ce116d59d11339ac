import type { TargetGroupSnapshot, TargetSnapshot } from '../../balancer/selection/balancer-snapshot.ts'
import { balancerSnapshot } from '../../balancer/selection/balancer-snapshot.ts'
import { type InstanceDocument, instancePrefix } from '../../resources/instances.ts'
import type { LoadBalancerDocument, ObservedTarget } from '../../resources/load-balancing.ts'
import { nodeRoleName } from '../../resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  type NodeStatus,
  nodeStatusKey,
  type ProcessStatus,
  processStatusKey,
} from '../../resources/status.ts'
import type { Change, Snapshot } from '../../store/store.ts'

/**
 * For `everport control --ephemeral`, which runs nothing: what agent, nodes and balancers would tell of the documents if every instance
 * started at once, and every health check passed. Written where the real ones write, so that operations need know nothing of it.
 */
export function pretendedStatus(snapshot: Snapshot, at: string): Change[] {
  const wanted = new Map<string, object>()
  for (const { value } of snapshot.list<InstanceDocument>(instancePrefix)) {
    if (value.DesiredState !== 'running') continue
    const process: ProcessStatus = { state: 'running', restarts: 0, since: at }
    const node: NodeStatus = { ready: true, reason: '', activeQueries: 0, sessions: 0 }
    wanted.set(processStatusKey(nodeRoleName(value.UserData.name)), process)
    wanted.set(nodeStatusKey(value.Instance.InstanceId), node)
  }
  for (const { value } of snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/'))
    for (const { ZoneName: zone = '' } of value.LoadBalancer.AvailabilityZones) {
      const name = value.LoadBalancer.LoadBalancerName
      wanted.set(balancerStatusKey(name, zone), balancerStatus(snapshot, name, zone))
    }
  const gone = snapshot
    .list('status/')
    .filter(({ key }) => !wanted.has(key))
    .map(({ key }): Change => ({ key, value: undefined }))
  const told = [...wanted]
    .filter(([key, value]) => !isSame(snapshot.get<object>(key)?.value, value))
    .map(([key, value]): Change => ({ key, value }))
  return [...gone, ...told]
}

function balancerStatus(snapshot: Snapshot, name: string, zone: string): BalancerStatus {
  const { listeners, targetGroups } = balancerSnapshot(snapshot, name, zone)
  return {
    engine: 'none',
    engineReason: 'state in memory, no data plane',
    listeners: listeners.map(({ port }) => ({ port, activeConnections: 0, newConnections: 0 })),
    targets: targetGroups.flatMap(group => group.targets.map(target => observed(group, target, zone))),
  }
}

function observed({ arn }: TargetGroupSnapshot, target: TargetSnapshot, zone: string): ObservedTarget {
  const { id, port, unusable, deregistering } = target
  const told = (): ObservedTarget['TargetHealth'] => {
    if (deregistering)
      return {
        State: 'draining',
        Reason: 'Target.DeregistrationInProgress',
        Description: 'Target deregistration is in progress',
      }
    if (unusable === undefined) return { State: 'healthy' }
    const { state, reason, description } = unusable
    return { State: state, Reason: reason, Description: description }
  }
  return {
    TargetGroupArn: arn,
    Target: { Id: id, Port: port, AvailabilityZone: target.zone === 'all' ? zone : target.zone },
    TargetHealth: told(),
    Evidence: '',
  }
}

/** But for the time that it was first told. */
function isSame(before: object | undefined, after: object): boolean {
  return (
    before !== undefined &&
    JSON.stringify({ ...before, since: '' }) === JSON.stringify({ ...after, since: '' })
  )
}
