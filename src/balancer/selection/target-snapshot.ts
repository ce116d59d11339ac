import { formatEndpoint } from '../../base/network.ts'
import { type HealthWords, healthWords } from '../../resources/health-words.ts'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import {
  type LoadBalancerDocument,
  type TargetDocument,
  targetWeightTag,
} from '../../resources/load-balancing.ts'
import { nodeRoleName } from '../../resources/roles.ts'
import type { Snapshot } from '../../store/store.ts'
import type { TargetSnapshot } from './balancer-snapshot.ts'
import type { GroupSurroundings } from './target-group-snapshot.ts'

export interface TargetSurroundings extends GroupSurroundings {
  readonly groupName: string
  /** AWS's TargetTypeEnum. */
  readonly type: string
  /** What new flows to its targets are. */
  readonly isTcp: boolean
  readonly isUdp: boolean
  readonly probePort: number | 'traffic-port'
}

const weightMax = 999

export function targetSnapshot(
  store: Snapshot,
  document: TargetDocument,
  around: TargetSurroundings,
): TargetSnapshot {
  const { Target: target, DeregisteredAt: deregisteredAt } = document
  const isInstance = around.type === 'instance'
  const instance = isInstance ? store.get<InstanceDocument>(instanceKey(target.Id))?.value : undefined
  const zone = target.AvailabilityZone ?? instance?.Instance.Placement.AvailabilityZone ?? 'all'
  const address = isInstance ? (instance?.Instance.PrivateIpAddress ?? '') : target.Id
  const unused = whyUnusable(store, { ...around, zone, address, instance, isInstance })
  const obstacle = unused === undefined ? whyForbidden(around, address, target.Port) : undefined
  // As on AWS, whose health checks do not get through either; nothing is sent to it even when nobody is healthy.
  const unusable = obstacle === undefined ? unused : healthWords.unhealthy
  return {
    key: `${around.groupName}/${target.Id}:${target.Port}`,
    id: target.Id,
    address,
    port: target.Port,
    zone,
    weight: weightOf(document, instance),
    deregistering: deregisteredAt !== undefined,
    ...(unusable === undefined ? {} : { unusable }),
    ...(obstacle === undefined ? {} : { obstacle }),
    ...(instance === undefined ? {} : { process: nodeRoleName(instance.UserData.name) }),
  }
}

/** What outbound rules hold back of all that a target needs: its flows, and probes, which are TCP. */
function whyForbidden(
  { mayReach, isTcp, isUdp, probePort }: TargetSurroundings,
  address: string,
  port: number,
): string | undefined {
  const needed = [
    ...(isTcp ? [['tcp', port] as const] : []),
    ...(isUdp ? [['udp', port] as const] : []),
    ['tcp', probePort === 'traffic-port' ? port : probePort] as const,
  ]
  const held = needed.find(([protocol, number]) => !mayReach(protocol, address, number))
  if (held === undefined) return undefined
  const [protocol, number] = held
  return `no outbound rule of the load balancer's security groups allows ${protocol.toUpperCase()} to ${formatEndpoint({ address, port: number })}`
}

function weightOf({ Weight: own }: TargetDocument, instance: InstanceDocument | undefined): number {
  const tag = instance?.Instance.Tags?.find(({ Key }) => Key === targetWeightTag)?.Value
  const weight = own ?? (tag !== undefined && /^\d{1,3}$/.test(tag) ? Number(tag) : 1)
  return Math.min(weightMax, Math.max(0, Math.round(weight)))
}

interface Place extends TargetSurroundings {
  readonly zone: string
  readonly address: string
  readonly instance: InstanceDocument | undefined
  readonly isInstance: boolean
}

/** AWS's reasons for 'unused'; the first that holds. */
function whyUnusable(store: Snapshot, place: Place): HealthWords | undefined {
  const { isInstance, instance, inUse, zone, address, loadBalancer } = place
  if (isInstance && instance?.DesiredState !== 'running')
    return instance === undefined ? healthWords.terminated : healthWords.stopped
  if (!inUse) return healthWords.notInUse
  const zones = loadBalancer?.LoadBalancer.AvailabilityZones ?? []
  if (zone !== 'all' && !zones.some(entry => entry.ZoneName === zone)) return healthWords.zoneNotEnabled
  if (!isInstance && isOfLoadBalancer(store, address)) return healthWords.addressOfBalancer
  return undefined
}

function isOfLoadBalancer(store: Snapshot, address: string): boolean {
  return store
    .list<LoadBalancerDocument>('elbv2/load-balancer/')
    .some(({ value }) =>
      value.LoadBalancer.AvailabilityZones.some(zone =>
        zone.LoadBalancerAddresses?.some(entry => entry.IpAddress === address),
      ),
    )
}
