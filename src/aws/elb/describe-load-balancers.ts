import type {
  DescribeAccessPointsInput,
  DescribeAccessPointsOutput,
  LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing'
import { type SecurityGroupDocument, securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { pageOf } from '../elbv2/page.ts'
import type { Operation } from '../operation.ts'
import { type ClassicDocument, classicBalancers, classicOf } from './classic-balancer.ts'
import { subnetsOf, zonesOf } from './zones.ts'

export const describeLoadBalancers: Operation<DescribeAccessPointsInput, DescribeAccessPointsOutput> = async (
  input,
  { store, accountId },
) => {
  const snapshot = store.read()
  const found =
    input.LoadBalancerNames?.map(name => classicOf(snapshot, name).value) ?? classicBalancers(snapshot)
  const { items, NextMarker } = pageOf(found, ({ LoadBalancer }) => LoadBalancer.LoadBalancerName, input)
  return {
    LoadBalancerDescriptions: items.map(document => described(snapshot, document, accountId)),
    NextMarker,
  }
}

function described(
  snapshot: Snapshot,
  document: ClassicDocument,
  accountId: string,
): LoadBalancerDescription {
  const { LoadBalancer: balancer, Classic: classic, CreatedAt } = document
  const [firstGroup = ''] = balancer.SecurityGroups ?? []
  const group = snapshot.get<SecurityGroupDocument>(securityGroupKey(firstGroup))?.value.SecurityGroup
  return {
    LoadBalancerName: balancer.LoadBalancerName,
    DNSName: balancer.DNSName,
    CanonicalHostedZoneName: balancer.DNSName,
    CanonicalHostedZoneNameID: balancer.CanonicalHostedZoneId,
    ListenerDescriptions: classic.Listeners.map(Listener => ({ Listener, PolicyNames: [] })),
    Policies: { AppCookieStickinessPolicies: [], LBCookieStickinessPolicies: [], OtherPolicies: [] },
    BackendServerDescriptions: [],
    AvailabilityZones: zonesOf(document),
    Subnets: subnetsOf(document),
    VPCId: balancer.VpcId,
    Instances: classic.Instances.map(InstanceId => ({ InstanceId })),
    HealthCheck: classic.HealthCheck,
    SourceSecurityGroup: { OwnerAlias: accountId, GroupName: group?.GroupName },
    SecurityGroups: [...(balancer.SecurityGroups ?? [])],
    Scheme: balancer.Scheme,
    ...(CreatedAt === undefined ? {} : { CreatedTime: new Date(CreatedAt) }),
  }
}
