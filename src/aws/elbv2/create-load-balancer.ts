import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerZoneId } from '../../resources/dns.ts'
import { type LoadBalancerDocument, loadBalancerKey } from '../../resources/load-balancing.ts'
import { securityGroupKey } from '../../resources/network.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation, OperationContext } from '../operation.ts'
import { loadBalancerArn, newArnId } from './arns.ts'
import { defaultsOf } from './attribute-rules.ts'
import { elbv2Limits } from './limits.ts'
import { internalAttributes, loadBalancerAttributeRules } from './load-balancer-attributes.ts'
import { shownLoadBalancer } from './load-balancer-state.ts'
import { checkName } from './names.ts'
import { securityGroupNamed } from './network-references.ts'
import { refuse } from './refusal.ts'
import { loadBalancerPrefix } from './resources.ts'
import { newTags, sameTags } from './tags.ts'
import { mappingsOf, plannedZones } from './zone-addresses.ts'

/** The same name with the same settings is the answer; with other settings it is a duplicate. */
export const createLoadBalancer: Operation<CreateLoadBalancerInput, CreateLoadBalancerOutput> = async (
  input,
  context,
) => {
  checkName(input.Name, 'Load balancer')
  checkType(input)
  const mappings = mappingsOf(input)
  const { Scheme = 'internet-facing', IpAddressType = 'ipv4', SecurityGroups } = input
  const { answer } = await commitPlanned(context.store, snapshot => {
    const key = loadBalancerKey(input.Name)
    const known = snapshot.get<LoadBalancerDocument>(key)
    if (known !== undefined) {
      if (
        isSame(
          snapshot,
          known.value,
          input,
          mappings.map(({ SubnetId = '' }) => SubnetId),
        )
      )
        return { changes: [], answer: known.value }
      throw refuse(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${input.Name}' exists, but with different settings`,
      )
    }
    if (snapshot.list(loadBalancerPrefix).length >= elbv2Limits.networkLoadBalancers)
      throw refuse(
        'TooManyLoadBalancers',
        `The account can have ${elbv2Limits.networkLoadBalancers} load balancers`,
      )
    const zones = plannedZones(snapshot, key, mappings)
    for (const id of SecurityGroups ?? [])
      if (securityGroupNamed(snapshot, id).VpcId !== zones.VpcId)
        throw refuse(
          'InvalidSecurityGroup',
          `The security group '${id}' does not belong to VPC '${zones.VpcId}'`,
        )
    const id = newArnId(context.random)
    const LoadBalancer: LoadBalancerDocument['LoadBalancer'] = {
      LoadBalancerArn: loadBalancerArn(context, input.Name, id),
      LoadBalancerName: input.Name,
      DNSName: dnsName(snapshot, context, input.Name, id),
      CanonicalHostedZoneId: balancerZoneId,
      Type: 'network',
      Scheme,
      IpAddressType,
      VpcId: zones.VpcId,
      AvailabilityZones: zones.AvailabilityZones,
      ...(SecurityGroups === undefined ? {} : { SecurityGroups }),
    }
    const value: LoadBalancerDocument = {
      LoadBalancer,
      Attributes: {
        ...defaultsOf(loadBalancerAttributeRules),
        ...(Scheme === 'internal' ? internalAttributes : {}),
      },
      CreatedAt: new Date(context.wallMs()).toISOString(),
    }
    return {
      changes: [{ key, value }, ...zones.changes, ...newTags(LoadBalancer.LoadBalancerArn, input.Tags)],
      unchanged: [...zones.unchanged, ...(SecurityGroups ?? []).map(securityGroupKey)],
      answer: value,
    }
  })
  return { LoadBalancers: [shownLoadBalancer(answer, context)] }
}

function checkType({
  Type = 'application',
  IpAddressType = 'ipv4',
  CustomerOwnedIpv4Pool,
  IpamPools,
}: Checked<CreateLoadBalancerInput>): void {
  if (Type !== 'network')
    throw refuse(
      'InvalidConfigurationRequest',
      `Load balancers of type '${Type}' are not served here; create one with type 'network'`,
    )
  if (IpAddressType !== 'ipv4')
    throw refuse(
      'InvalidConfigurationRequest',
      `IP address type '${IpAddressType}' is not served here; use 'ipv4'`,
    )
  if (CustomerOwnedIpv4Pool !== undefined || IpamPools !== undefined)
    throw refuse('InvalidConfigurationRequest', 'Address pools are not served here')
}

/** In the topology's zone, which our DNS servers answer; without a topology as AWS names them. */
function dnsName(snapshot: Snapshot, { region }: OperationContext, name: string, id: string): string {
  const domain = snapshot.get<TopologySettings>(topologySettingsKey)?.value.domain
  return domain === undefined ? `${name}-${id}.elb.${region}.amazonaws.com` : `${name}-${id}.elb.${domain}`
}

function isSame(
  snapshot: Snapshot,
  { LoadBalancer: known }: LoadBalancerDocument,
  { Scheme = 'internet-facing', SecurityGroups = [], Tags }: Checked<CreateLoadBalancerInput>,
  subnets: readonly string[],
): boolean {
  const present = known.AvailabilityZones.map(({ SubnetId = '' }) => SubnetId)
  const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every(one => b.includes(one))
  return (
    known.Scheme === Scheme &&
    isSameSet(present, subnets) &&
    isSameSet(known.SecurityGroups ?? [], SecurityGroups) &&
    (Tags === undefined || sameTags(snapshot, known.LoadBalancerArn, Tags))
  )
}
