import { createHash } from 'node:crypto'
import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  NetworkInterface,
} from '@aws-sdk/client-ec2'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allInstances, interfaceId, stateOf } from './instance.ts'
import { namedOnly, pageOf } from './page.ts'
import { refuse } from './refuse.ts'

type Known = NetworkInterface & {
  readonly NetworkInterfaceId: string
  readonly Tags?: NetworkInterface['TagSet']
}

/** One of each instance, and one of each load balancer in each of its zones. */
export const describeNetworkInterfaces: Operation<
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult
> = async (input, { store, accountId }) => {
  const all = interfaces(store.read(), accountId)
  const named = namedOnly(
    all,
    input.NetworkInterfaceIds,
    one => one.NetworkInterfaceId,
    gone =>
      refuse(
        'InvalidNetworkInterfaceID.NotFound',
        `The networkInterface ID '${gone.join(', ')}' does not exist`,
      ),
  )
  const found = filtered(named, input.Filters, {
    'network-interface-id': one => [one.NetworkInterfaceId],
    'subnet-id': one => [one.SubnetId],
    'vpc-id': one => [one.VpcId],
    'availability-zone': one => [one.AvailabilityZone],
    'private-ip-address': one => [one.PrivateIpAddress],
    'addresses.private-ip-address': one => [one.PrivateIpAddress],
    'attachment.instance-id': one => [one.Attachment?.InstanceId],
    'attachment.instance-owner-id': one => [one.Attachment?.InstanceOwnerId],
    'interface-type': one => [one.InterfaceType],
    'group-id': one => (one.Groups ?? []).map(({ GroupId }) => GroupId),
    'requester-managed': one => [String(one.RequesterManaged === true)],
    description: one => [one.Description],
    status: one => [one.Status],
  })
  const { items, next } = pageOf(found, one => one.NetworkInterfaceId, input)
  return { NetworkInterfaces: items, ...next }
}

function interfaces(snapshot: Snapshot, OwnerId: string): Known[] {
  return [...ofInstances(snapshot, OwnerId), ...ofBalancers(snapshot, OwnerId)]
}

function ofInstances(snapshot: Snapshot, OwnerId: string): Known[] {
  return allInstances(snapshot)
    .filter(
      document => document.Instance.SubnetId !== undefined && stateOf(snapshot, document) !== 'terminated',
    )
    .map(({ Instance }) => ({
      NetworkInterfaceId: interfaceId(Instance.InstanceId),
      OwnerId,
      Status: 'in-use',
      InterfaceType: 'interface',
      AvailabilityZone: Instance.Placement.AvailabilityZone,
      SubnetId: Instance.SubnetId,
      VpcId: Instance.VpcId,
      PrivateIpAddress: Instance.PrivateIpAddress,
      PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: Instance.PrivateIpAddress }],
      Groups: [...(Instance.SecurityGroups ?? [])],
      RequesterManaged: false,
      SourceDestCheck: true,
      Attachment: {
        InstanceId: Instance.InstanceId,
        InstanceOwnerId: OwnerId,
        DeviceIndex: 0,
        Status: 'attached',
      },
    }))
}

/** Described as AWS does, `ELB net/<name>/<id>`, a Classic one `ELB <name>`: tools find them by it. */
function ofBalancers(snapshot: Snapshot, OwnerId: string): Known[] {
  return snapshot
    .list<LoadBalancerDocument>('elbv2/load-balancer/')
    .flatMap(({ value: { LoadBalancer, Classic } }) =>
      LoadBalancer.AvailabilityZones.flatMap(zone =>
        (zone.LoadBalancerAddresses ?? []).map(({ IpAddress = '' }) => ({
          NetworkInterfaceId: `eni-${createHash('sha256').update(`${LoadBalancer.LoadBalancerArn} ${zone.ZoneName}`).digest('hex').slice(0, 17)}`,
          OwnerId,
          Description: `ELB ${LoadBalancer.LoadBalancerArn.replace(/^.*:loadbalancer\//, '')}`,
          Status: 'in-use' as const,
          InterfaceType:
            LoadBalancer.Type === 'network' && Classic === undefined
              ? ('network_load_balancer' as const)
              : ('interface' as const),
          AvailabilityZone: zone.ZoneName,
          SubnetId: zone.SubnetId,
          VpcId: LoadBalancer.VpcId,
          PrivateIpAddress: IpAddress,
          PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: IpAddress }],
          Groups: (LoadBalancer.SecurityGroups ?? []).map(GroupId => ({ GroupId })),
          RequesterManaged: true,
          RequesterId: 'amazon-elb',
          SourceDestCheck: false,
          Attachment: { InstanceOwnerId: 'amazon-elb', DeviceIndex: 1, Status: 'attached' as const },
        })),
      ),
    )
}
