import type { ScalingGroupDocument } from '../../resources/scaling.ts'
import type { Snapshot } from '../../store/store.ts'
import { ec2Limits } from '../ec2/limits.ts'
import { allSubnets, defaultVpc, subnetOf } from '../ec2/network.ts'
import { refuse } from './refuse.ts'

/** Whole numbers, minimum ≤ desired ≤ maximum. */
export function refuseBounds({
  MinSize,
  MaxSize,
  DesiredCapacity,
}: Pick<ScalingGroupDocument, 'MinSize' | 'MaxSize' | 'DesiredCapacity'>): void {
  if (MinSize < 0 || MaxSize < 0) throw refuse('ValidationError', 'Sizes must not be negative')
  if (MaxSize > ec2Limits.instancesMax)
    throw refuse(
      'ValidationError',
      `Max bound, ${MaxSize}, must be less than or equal to the number of instances that may run, ${ec2Limits.instancesMax}`,
    )
  if (MinSize > MaxSize)
    throw refuse(
      'ValidationError',
      `Max bound, ${MaxSize}, must be greater than or equal to min bound, ${MinSize}`,
    )
  if (DesiredCapacity < MinSize)
    throw refuse(
      'ValidationError',
      `Desired capacity:${DesiredCapacity} must be above the specified min size:${MinSize}`,
    )
  if (DesiredCapacity > MaxSize)
    throw refuse(
      'ValidationError',
      `Desired capacity:${DesiredCapacity} must be below the specified max size:${MaxSize}`,
    )
}

/** Those that are named, or the default ones of the zones that are named. */
export function subnetsFor(
  snapshot: Snapshot,
  {
    VPCZoneIdentifier = '',
    AvailabilityZones = [],
  }: {
    readonly VPCZoneIdentifier?: string | undefined
    readonly AvailabilityZones?: readonly string[] | undefined
  },
): string[] {
  const named = VPCZoneIdentifier.split(',')
    .map(id => id.trim())
    .filter(id => id !== '')
  if (named.length > 0) return named.map(id => subnetOf(snapshot, id).SubnetId)
  if (AvailabilityZones.length === 0)
    throw refuse('ValidationError', 'At least one Availability Zone or VPC Subnet is required.')
  return AvailabilityZones.map(zone => {
    const found = allSubnets(snapshot).find(
      subnet =>
        subnet.DefaultForAz === true &&
        subnet.VpcId === defaultVpc(snapshot)?.VpcId &&
        subnet.AvailabilityZone === zone,
    )
    if (found === undefined) throw refuse('ValidationError', `Invalid availability zone: ${zone}`)
    return found.SubnetId
  })
}

export function refuseHealthCheckType(type: string | undefined): asserts type is 'EC2' | 'ELB' | undefined {
  if (type !== undefined && type !== 'EC2' && type !== 'ELB')
    throw refuse('ValidationError', `Invalid HealthCheckType '${type}': there are EC2 and ELB`)
}
