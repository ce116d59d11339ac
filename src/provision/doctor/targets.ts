import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { WantedCluster, WantedGroup } from '../wanted.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observe.ts'

/** Shared groups hold every node, an auxiliary group exactly the node whose port it is, and all of them are healthy. */
export function examineTargets({ groups, nodes }: WantedCluster, observed: Observation): Finding[] {
  const shared = groups.filter(({ isAuxiliary }) => !isAuxiliary)
  const everywhere = nodesIn(shared, observed)
  return groups.flatMap(group => {
    const described = observed.targets.get(group.name)
    const arn = observed.targetGroups.get(group.name)?.TargetGroupArn ?? ''
    if (described === undefined) {
      return [
        {
          what: `there is no target group ${group.name} for port ${group.port}`,
          mend: `aws elbv2 create-target-group --name ${group.name} --protocol TCP --port ${group.port} --target-type ${group.targetType} --vpc-id …`,
        },
      ]
    }
    const membership = group.isAuxiliary
      ? auxiliaryMembers(group, described, arn)
      : sharedMembers(group, described, arn, everywhere, nodes.length)
    return [...membership, ...portMistakes(group, described, arn), ...illTargets(group, described, arn)]
  })
}

function auxiliaryMembers(
  group: WantedGroup,
  described: readonly TargetHealthDescription[],
  arn: string,
): Finding[] {
  if (described.length === 1) return []
  const ids = described.map(({ Target }) => Target?.Id ?? '')
  const [node = ''] = group.nodes
  if (ids.length === 0) {
    return [
      {
        what: `auxiliary group ${group.name} is empty: clients of ${node} cannot take their second step`,
        mend: `aws elbv2 register-targets --target-group-arn ${arn} --targets Id=…,Port=${group.port}`,
      },
    ]
  }
  return [
    {
      what: `auxiliary group ${group.name} holds ${ids.length} nodes (${ids.join(', ')}): half of the second steps reach a node that does not know them; it must hold ${node} alone`,
      mend: `aws elbv2 deregister-targets --target-group-arn ${arn} --targets Id=…   # all but ${node}`,
    },
  ]
}

function sharedMembers(
  group: WantedGroup,
  described: readonly TargetHealthDescription[],
  arn: string,
  everywhere: ReadonlySet<string>,
  nodeCount: number,
): Finding[] {
  const ids = new Set(described.map(({ Target }) => Target?.Id ?? ''))
  const missing = [...everywhere].filter(id => !ids.has(id))
  if (missing.length > 0) {
    return [
      {
        what: `group ${group.name} lacks ${missing.join(', ')}, which other groups of the cluster have`,
        mend: `aws elbv2 register-targets --target-group-arn ${arn} --targets ${missing.map(id => `Id=${id},Port=${group.port}`).join(' ')}`,
      },
    ]
  }
  if (ids.size === nodeCount) return []
  return [
    {
      what: `group ${group.name} holds ${ids.size} nodes, the topology has ${nodeCount}`,
      mend: 'everport apply FILE',
    },
  ]
}

function portMistakes(
  group: WantedGroup,
  described: readonly TargetHealthDescription[],
  arn: string,
): Finding[] {
  return described
    .filter(({ Target }) => Target?.Port !== undefined && Target.Port !== group.port)
    .map(({ Target }) => ({
      what: `group ${group.name} sends to port ${Target?.Port} of ${Target?.Id}, wanted: ${group.port}`,
      mend: `aws elbv2 register-targets --target-group-arn ${arn} --targets Id=${Target?.Id},Port=${group.port} && aws elbv2 deregister-targets --target-group-arn ${arn} --targets Id=${Target?.Id},Port=${Target?.Port}`,
    }))
}

function illTargets(
  group: WantedGroup,
  described: readonly TargetHealthDescription[],
  arn: string,
): Finding[] {
  return described
    .filter(({ TargetHealth }) => TargetHealth?.State !== 'healthy')
    .map(({ Target, TargetHealth }) => ({
      what: `${Target?.Id} is ${TargetHealth?.State} in ${group.name}: ${TargetHealth?.Description ?? TargetHealth?.Reason ?? 'no reason told'}; its port ${group.port} must be reachable from the balancer`,
      mend: `aws elbv2 describe-target-health --target-group-arn ${arn}   # then look at the node and its security group`,
    }))
}

function nodesIn(groups: readonly WantedGroup[], observed: Observation): Set<string> {
  return new Set(
    groups.flatMap(({ name }) => (observed.targets.get(name) ?? []).map(({ Target }) => Target?.Id ?? '')),
  )
}
