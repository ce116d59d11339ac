import type { InstanceDocument } from '../../resources/instances.ts'
import type { ScalingGroupDocument } from '../../resources/scaling.ts'
import type { BalancerStatus, NodeStatus, ProcessState } from '../../resources/status.ts'
import { nodeStatusKey } from '../../resources/status.ts'
import type { Snapshot } from '../../store/store.ts'
import { processOf, stateOf } from '../ec2/instance.ts'
import { subnetOf } from '../ec2/network.ts'
import { membersOf } from './group.ts'
import type { ScalingGroup, ScalingMember } from './next-scaling.ts'
import { isRegistered, knownTargetGroups } from './target-groups.ts'

/** Balancers have heard of it by then, so that what connections there are are the last. */
const settleMs = 2_000
const balancerPrefix = 'status/balancer/'

/** What the scaling decision looks at, from the documents. `isAlive` is asked with keys of status documents. */
export function groupView(
  snapshot: Snapshot,
  group: ScalingGroupDocument,
  isAlive: (statusKey: string) => boolean,
  nowMs: number,
): ScalingGroup {
  const unhealthy = group.HealthCheckType === 'ELB' ? unhealthyTargets(snapshot, isAlive) : new Set<string>()
  const targetGroups = knownTargetGroups(snapshot, group.TargetGroupARNs)
  const drainMs = Math.max(0, ...targetGroups.map(({ deregistrationDelayMs }) => deregistrationDelayMs))
  const members = membersOf(snapshot, group.AutoScalingGroupName)
  const node = (id: string): NodeStatus | undefined =>
    isAlive(nodeStatusKey(id)) ? snapshot.get<NodeStatus>(nodeStatusKey(id))?.value : undefined
  const views = members.map((document): ScalingMember => {
    const { InstanceId: id, Placement, LaunchTime = '' } = document.Instance
    const leavingMs = Date.parse(document.Scaling?.LeavingSince ?? '')
    const isIdle = nowMs - leavingMs >= settleMs && (node(id)?.sessions ?? 0) === 0
    return {
      id,
      zone: Placement.AvailabilityZone,
      // No grace for one that somebody said is unhealthy.
      launchedMs: document.Scaling?.IsUnhealthy === true ? Number.NEGATIVE_INFINITY : Date.parse(LaunchTime),
      state: memberState(snapshot, document),
      isRegistered: isRegistered(snapshot, targetGroups, document),
      isHealthy:
        isWell(snapshot, document) &&
        !unhealthy.has(id) &&
        !unhealthy.has(document.Instance.PrivateIpAddress),
      isProtected: document.Scaling?.IsProtected === true,
      isDrained: isIdle || nowMs - leavingMs >= drainMs,
    }
  })
  return {
    minSize: group.IsDeleting ? 0 : group.MinSize,
    maxSize: group.IsDeleting ? 0 : group.MaxSize,
    desired: group.DesiredCapacity,
    zones: group.SubnetIds.map(id => subnetOf(snapshot, id).AvailabilityZone),
    graceMs: group.HealthCheckGracePeriod * 1_000,
    members: views,
    tracking: tracking(
      group,
      views.filter(({ state }) => state === 'running').map(({ id }) => node(id)),
    ),
  }
}

function memberState(snapshot: Snapshot, document: InstanceDocument): ScalingMember['state'] {
  if (document.DesiredState !== 'running') return 'gone'
  if (document.Scaling?.LeavingSince !== undefined) return 'leaving'
  return stateOf(snapshot, document) === 'running' ? 'running' : 'pending'
}

const unwell: readonly (ProcessState | undefined)[] = ['backing-off', 'crash-looping']

function isWell(snapshot: Snapshot, { UserData, Scaling }: InstanceDocument): boolean {
  return Scaling?.IsUnhealthy !== true && !unwell.includes(processOf(snapshot, UserData.name)?.state)
}

/** By id or address: what a balancer that lives finds unhealthy. */
function unhealthyTargets(snapshot: Snapshot, isAlive: (statusKey: string) => boolean): Set<string> {
  const reports = snapshot.list<BalancerStatus>(balancerPrefix).filter(({ key }) => isAlive(key))
  return new Set(
    reports
      .flatMap(({ value }) => value.targets)
      .filter(({ TargetHealth }) => TargetHealth.State === 'unhealthy')
      .map(({ Target }) => Target.Id),
  )
}

/** The sum of the members that say; undefined when none does. */
function tracking(
  { Policy }: ScalingGroupDocument,
  nodes: readonly (NodeStatus | undefined)[],
): ScalingGroup['tracking'] {
  if (Policy === undefined) return undefined
  const told = nodes.filter(node => node !== undefined)
  const runningQueries =
    told.length === 0 ? undefined : told.reduce((sum, { activeQueries }) => sum + activeQueries, 0)
  return { target: Policy.TargetValue, runningQueries, isScaleInDisabled: Policy.DisableScaleIn }
}
