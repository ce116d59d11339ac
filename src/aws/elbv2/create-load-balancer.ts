import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerZoneId } from '../../resources/dns.ts'
import { type LoadBalancerDocument, loadBalancerKey } from '../../resources/load-balancing.ts'
import { securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation } from '../operation.ts'
import { type BalancerType, loadBalancerArn, newArnId } from './arns.ts'
import { defaultsOf } from './attribute-rules.ts'
import { balancerDnsName } from './balancer-dns-name.ts'
import { elbv2Limits } from './limits.ts'
import { internalAttributes, loadBalancerAttributeRules } from './load-balancer-attributes.ts'
import { shownLoadBalancer } from './load-balancer-state.ts'
import { checkName } from './names.ts'
import { securityGroupsIn } from './network-references.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, loadBalancers } from './resources.ts'
import { newTags, sameTags } from './tags.ts'
import { checkMappings, mappingsOf, plannedZones } from './zone-addresses.ts'

/** The same name with the same settings is the answer; with other settings it is a duplicate. */
export const createLoadBalancer: Operation<CreateLoadBalancerInput, CreateLoadBalancerOutput> = async (
  input,
  context,
) => {
  checkName(input.Name, 'Load balancer')
  const type = checkedType(input)
  const mappings = mappingsOf(input)
  checkMappings(type, mappings)
  const { Scheme = 'internet-facing', IpAddressType = 'ipv4' } = input
  const { answer } = await commitPlanned(context.store, snapshot => {
    const key = loadBalancerKey(input.Name)
    const known = snapshot.get<LoadBalancerDocument>(key)
    if (known !== undefined) {
      const subnets = mappings.map(({ SubnetId = '' }) => SubnetId)
      if (isSame(snapshot, known.value, input, type, subnets)) return { changes: [], answer: known.value }
      throw refuse(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${input.Name}' exists, but with different settings`,
      )
    }
    checkQuota(snapshot, type)
    const zones = plannedZones(snapshot, key, mappings)
    const SecurityGroups = securityGroupsOf(snapshot, type, zones.VpcId, input.SecurityGroups)
    const id = newArnId(context.random)
    const LoadBalancer: LoadBalancerDocument['LoadBalancer'] = {
      LoadBalancerArn: loadBalancerArn(context, type, input.Name, id),
      LoadBalancerName: input.Name,
      DNSName: balancerDnsName(snapshot, context, input.Name, id),
      CanonicalHostedZoneId: balancerZoneId,
      Type: type,
      Scheme,
      IpAddressType,
      VpcId: zones.VpcId,
      AvailabilityZones: zones.AvailabilityZones,
      ...(SecurityGroups === undefined ? {} : { SecurityGroups }),
    }
    const value: LoadBalancerDocument = {
      LoadBalancer,
      Attributes: {
        ...defaultsOf(loadBalancerAttributeRules[type]),
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

function checkedType({
  Type = 'application',
  IpAddressType = 'ipv4',
  CustomerOwnedIpv4Pool,
  IpamPools,
}: Checked<CreateLoadBalancerInput>): BalancerType {
  if (Type !== 'network' && Type !== 'application')
    throw refuse(
      'InvalidConfigurationRequest',
      `Load balancers of type '${Type}' are not served here; create one with type 'application' or 'network'`,
    )
  if (IpAddressType !== 'ipv4')
    throw refuse(
      'InvalidConfigurationRequest',
      `IP address type '${IpAddressType}' is not served here; use 'ipv4'`,
    )
  if (CustomerOwnedIpv4Pool !== undefined || IpamPools !== undefined)
    throw refuse('InvalidConfigurationRequest', 'Address pools are not served here')
  return Type
}

function checkQuota(snapshot: Snapshot, type: BalancerType): void {
  const max = type === 'application' ? elbv2Limits.applicationLoadBalancers : elbv2Limits.networkLoadBalancers
  const present = loadBalancers(snapshot).filter(one => balancerTypeOf(one) === type)
  if (present.length >= max)
    throw refuse('TooManyLoadBalancers', `The account can have ${max} load balancers of type '${type}'`)
}

/** An application load balancer that is made without gets the default group of its VPC. */
function securityGroupsOf(
  snapshot: Snapshot,
  type: BalancerType,
  vpc: string,
  given: readonly string[] | undefined,
): string[] | undefined {
  if (type === 'network' && given === undefined) return undefined
  return securityGroupsIn(snapshot, vpc, given, type === 'application')
}

function isSame(
  snapshot: Snapshot,
  { LoadBalancer: known, Classic }: LoadBalancerDocument,
  { Scheme = 'internet-facing', SecurityGroups, Tags }: Checked<CreateLoadBalancerInput>,
  type: BalancerType,
  subnets: readonly string[],
): boolean {
  const present = known.AvailabilityZones.map(({ SubnetId = '' }) => SubnetId)
  const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every(one => b.includes(one))
  const groups = securityGroupsOf(snapshot, type, known.VpcId ?? '', SecurityGroups) ?? SecurityGroups ?? []
  return (
    Classic === undefined &&
    known.Type === type &&
    known.Scheme === Scheme &&
    isSameSet(present, subnets) &&
    isSameSet(known.SecurityGroups ?? [], groups) &&
    (Tags === undefined || sameTags(snapshot, known.LoadBalancerArn, Tags))
  )
}
