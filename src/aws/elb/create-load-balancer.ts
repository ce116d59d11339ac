import type { CreateAccessPointInput, CreateAccessPointOutput } from '@aws-sdk/client-elastic-load-balancing'
import { balancerZoneId } from '../../resources/dns.ts'
import {
  type ClassicSettings,
  type LoadBalancerDocument,
  loadBalancerKey,
} from '../../resources/load-balancing.ts'
import { securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import { newArnId } from '../elbv2/arns.ts'
import { balancerDnsName } from '../elbv2/balancer-dns-name.ts'
import { checkName } from '../elbv2/names.ts'
import { securityGroupsIn } from '../elbv2/network-references.ts'
import { newTags, sameTags } from '../elbv2/tags.ts'
import { plannedZones } from '../elbv2/zone-addresses.ts'
import type { Checked, Operation } from '../operation.ts'
import { newAttributes } from './attributes.ts'
import { type ClassicDocument, classicBalancers, isClassic } from './classic-balancer.ts'
import { classicChanges } from './classic-change.ts'
import { balancerAttributes } from './derived-documents.ts'
import { elbLimits } from './limits.ts'
import { withListeners } from './listeners.ts'
import { refuse } from './refusal.ts'
import { defaultSubnets, subnetsOf } from './zones.ts'

/** The same name with the same settings is the answer. The name must not be one of the other kinds of load balancers either. */
export const createLoadBalancer: Operation<CreateAccessPointInput, CreateAccessPointOutput> = async (
  input,
  context,
) => {
  const { LoadBalancerName: name, Listeners, Scheme = 'internet-facing' } = input
  checkName(name, 'Load balancer')
  if (Scheme !== 'internet-facing' && Scheme !== 'internal')
    throw refuse('InvalidScheme', `Scheme '${Scheme}' must be one of 'internal, internet-facing'`)
  if (Listeners.length === 0) throw refuse('ValidationError', 'A listener must be specified')
  const { answer } = await commitPlanned(context.store, snapshot => {
    const key = loadBalancerKey(name)
    const listeners = withListeners(snapshot, name, [], Listeners)
    const subnets = wantedSubnets(snapshot, input)
    const known = snapshot.get<LoadBalancerDocument>(key)?.value
    if (known !== undefined) {
      if (isClassic(known) && isSame(snapshot, known, { ...input, Scheme }, subnets, listeners))
        return { changes: [], answer: known.LoadBalancer.DNSName }
      throw refuse(
        'DuplicateLoadBalancerName',
        `Load Balancer named '${name}' already exists and it is configured with different parameters.`,
      )
    }
    if (classicBalancers(snapshot).length >= elbLimits.loadBalancers)
      throw refuse(
        'TooManyLoadBalancers',
        `The account can have ${elbLimits.loadBalancers} Classic load balancers`,
      )
    const zones = plannedZones(
      snapshot,
      key,
      subnets.map(SubnetId => ({ SubnetId })),
    )
    const SecurityGroups = securityGroupsIn(snapshot, zones.VpcId, input.SecurityGroups)
    const LoadBalancerArn = `arn:aws:elasticloadbalancing:${context.region}:${context.accountId}:loadbalancer/${name}`
    const Classic = newSettings(listeners)
    const document: ClassicDocument = {
      LoadBalancer: {
        LoadBalancerArn,
        LoadBalancerName: name,
        DNSName: balancerDnsName(snapshot, context, name, newArnId(context.random)),
        CanonicalHostedZoneId: balancerZoneId,
        Type: 'network',
        Scheme,
        IpAddressType: 'ipv4',
        VpcId: zones.VpcId,
        AvailabilityZones: zones.AvailabilityZones,
        SecurityGroups,
      },
      Attributes: balancerAttributes(Classic),
      CreatedAt: new Date(context.wallMs()).toISOString(),
      Classic,
    }
    return {
      changes: [
        ...classicChanges(snapshot, document, context.wallMs()),
        ...zones.changes,
        ...newTags(LoadBalancerArn, input.Tags),
      ],
      unchanged: [...zones.unchanged, ...SecurityGroups.map(securityGroupKey)],
      answer: document.LoadBalancer.DNSName,
    }
  })
  return { DNSName: answer }
}

function wantedSubnets(
  snapshot: Snapshot,
  { Subnets = [], AvailabilityZones = [] }: Checked<CreateAccessPointInput>,
): string[] {
  if (Subnets.length > 0 && AvailabilityZones.length > 0)
    throw refuse('ValidationError', 'Only one of SubnetIds or AvailabilityZones may be specified')
  if (Subnets.length === 0 && AvailabilityZones.length === 0)
    throw refuse('ValidationError', 'Either AvailabilityZones or SubnetIds must be specified')
  return Subnets.length > 0 ? [...new Set(Subnets)] : defaultSubnets(snapshot, AvailabilityZones)
}

/** AWS's: a connection to the first listener's instance port every 30 s, 5 s to answer, ten passes and two failures. */
function newSettings(Listeners: ClassicSettings['Listeners']): ClassicSettings {
  return {
    Listeners,
    HealthCheck: {
      Target: `TCP:${Listeners[0]?.InstancePort}`,
      Interval: 30,
      Timeout: 5,
      UnhealthyThreshold: 2,
      HealthyThreshold: 10,
    },
    Instances: [],
    Attributes: newAttributes,
  }
}

function isSame(
  snapshot: Snapshot,
  known: ClassicDocument,
  { Scheme, SecurityGroups, Tags }: Checked<CreateAccessPointInput>,
  subnets: readonly string[],
  listeners: ClassicSettings['Listeners'],
): boolean {
  const { LoadBalancer, Classic } = known
  const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every(one => b.includes(one))
  const groups = securityGroupsIn(snapshot, LoadBalancer.VpcId ?? '', SecurityGroups)
  const told = (all: ClassicSettings['Listeners']): string[] =>
    all.map(({ Protocol, LoadBalancerPort, InstanceProtocol, InstancePort, SSLCertificateId }) =>
      [Protocol, LoadBalancerPort, InstanceProtocol, InstancePort, SSLCertificateId].join(),
    )
  return (
    LoadBalancer.Scheme === Scheme &&
    isSameSet(subnetsOf(known), subnets) &&
    isSameSet(LoadBalancer.SecurityGroups ?? [], groups) &&
    isSameSet(told(Classic.Listeners), told(listeners)) &&
    (Tags === undefined || sameTags(snapshot, LoadBalancer.LoadBalancerArn, Tags))
  )
}
