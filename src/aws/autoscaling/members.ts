import type { Instance } from '@aws-sdk/client-auto-scaling'
import type { ScalingGroupDocument } from '../../resources/scaling.ts'
import type { Snapshot } from '../../store/store.ts'
import { instanceOf, instanceTypeDefault } from '../ec2/instance.ts'
import type { OperationContext } from '../operation.ts'
import { groupView } from './group-view.ts'
import type { ScalingMember } from './next-scaling.ts'

export function shownMembers(
  snapshot: Snapshot,
  group: ScalingGroupDocument,
  { dataPlanes, wallMs }: OperationContext,
): Instance[] {
  return groupView(snapshot, group, dataPlanes.isAlive, wallMs()).members.map(member => ({
    InstanceId: member.id,
    InstanceType: instanceOf(snapshot, member.id).Instance.InstanceType ?? instanceTypeDefault,
    AvailabilityZone: member.zone,
    LifecycleState: lifecycleState(member),
    HealthStatus: member.isHealthy ? 'Healthy' : 'Unhealthy',
    LaunchConfigurationName: group.LaunchConfigurationName,
    ProtectedFromScaleIn: member.isProtected,
  }))
}

function lifecycleState({ state, isRegistered }: ScalingMember) {
  if (state === 'pending') return 'Pending' as const
  if (state === 'running') return isRegistered ? ('InService' as const) : ('Pending' as const)
  return 'Terminating' as const
}
