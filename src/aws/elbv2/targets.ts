import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { parseAddress } from '../../base/ip-address.ts'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import { type TargetDocument, type TargetGroupDocument, targetKey } from '../../resources/load-balancing.ts'
import { type SubnetDocument, subnetPrefix } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { isUsableAddress } from '../../topology/free-address.ts'
import { refuse } from './refusal.ts'

type Group = TargetGroupDocument['TargetGroup']

/** The key that a target has in its group: its own port, or the group's. */
export function keyOfTarget(group: Group, { Id = '', Port }: TargetDescription): string {
  checkTargetId(group, Id)
  return targetKey(group.TargetGroupName, Id, Port ?? group.Port)
}

/** Refuses what can be no target of such a group, whether registered or not. */
function checkTargetId({ TargetType, IpAddressType }: Group, id: string): void {
  if (TargetType === 'ip') {
    const bytes = parseAddress(id)?.length
    if (bytes !== (IpAddressType === 'ipv6' ? 16 : 4))
      throw refuse(
        'ValidationError',
        `The IP address '${id}' is not a valid ${IpAddressType === 'ipv6' ? 'IPv6' : 'IPv4'} address`,
      )
  } else if (!/^i-[0-9a-f]{8,17}$/.test(id))
    throw refuse('ValidationError', `Instance ID '${id}' is not valid`)
}

/** Documents of targets that are about to be registered; refuses all when one is not fit. */
export function newTargets(
  snapshot: Snapshot,
  group: Group,
  given: readonly TargetDescription[],
): Map<string, TargetDocument> {
  const subnets = snapshot.list<SubnetDocument>(subnetPrefix).map(({ value }) => value.Subnet)
  const targets = new Map<string, TargetDocument>()
  const notRunning: string[] = []
  for (const target of given) {
    const { Id = '', Port = group.Port, AvailabilityZone } = target
    const key = keyOfTarget(group, target)
    if (group.TargetType !== 'ip' && !isRunning(snapshot, Id)) notRunning.push(Id)
    if (group.TargetType !== 'ip' && AvailabilityZone !== undefined)
      throw refuse('ValidationError', 'You cannot specify an Availability Zone for targets of type instance')
    const subnet =
      group.TargetType === 'ip' ? subnets.find(({ CidrBlock }) => isUsableAddress(CidrBlock, Id)) : undefined
    const zone = AvailabilityZone ?? subnet?.AvailabilityZone
    targets.set(key, { Target: { Id, Port, ...(zone === undefined ? {} : { AvailabilityZone: zone }) } })
  }
  if (notRunning.length > 0)
    throw refuse(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: ${notRunning.map(id => `'${id}'`).join(', ')}`,
    )
  return targets
}

function isRunning(snapshot: Snapshot, id: string): boolean {
  return snapshot.get<InstanceDocument>(instanceKey(id))?.value.DesiredState === 'running'
}
