import { createHash } from 'node:crypto'
import type { IpPermission, SecurityGroupRule, SecurityGroupRuleDescription } from '@aws-sdk/client-ec2'
import { securityGroupKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned, type PlannedCommit } from '../commit-planned.ts'
import type { OperationContext } from '../operation.ts'
import { groupNamed } from './group-named.ts'
import { ec2Limits } from './limits.ts'
import { allGroups, groupOf, type KnownGroup } from './network.ts'
import { askedRules, permissionsOf, type Rule, ruleKey, rulesOf, ruleText } from './permissions.ts'
import { refuse, refuseDryRun } from './refuse.ts'

export type Direction = 'ingress' | 'egress'

export interface ChangedGroup {
  readonly group: KnownGroup
  /** Those that were added or taken away. */
  readonly rules: readonly Rule[]
}

type GroupName = Parameters<typeof groupNamed>[1]

export function rulesIn(group: KnownGroup, direction: Direction): Rule[] {
  return rulesOf((direction === 'ingress' ? group.IpPermissions : group.IpPermissionsEgress) ?? [])
}

export async function addRules(
  { store }: OperationContext,
  name: GroupName,
  direction: Direction,
  asked: readonly Rule[],
): Promise<ChangedGroup> {
  const { answer } = await commitPlanned(store, snapshot => {
    const group = groupNamed(snapshot, name)
    const before = rulesIn(group, direction)
    const known = new Set(before.map(ruleKey))
    for (const rule of asked) {
      if (known.has(ruleKey(rule)))
        throw refuse('InvalidPermission.Duplicate', `the specified rule "${ruleText(rule)}" already exists`)
      known.add(ruleKey(rule))
      if (rule.source.kind === 'group') groupOf(snapshot, rule.source.groupId)
    }
    if (known.size > ec2Limits.rulesPerSecurityGroupMax)
      throw refuse(
        'RulesPerSecurityGroupLimitExceeded',
        'The maximum number of rules per security group has been reached.',
      )
    return withRules(group, direction, [...before, ...asked], asked)
  })
  return answer
}

/** By what they say, or by id. */
type AskedRules = { readonly rules: readonly Rule[] } | { readonly ids: readonly string[] }

export async function removeRules(
  { store }: OperationContext,
  name: GroupName,
  direction: Direction,
  asked: AskedRules,
): Promise<ChangedGroup> {
  const { answer } = await commitPlanned(store, snapshot => {
    const group = groupNamed(snapshot, name)
    const before = rulesIn(group, direction)
    const removed = rulesNamed(group, direction, asked)
    const gone = new Set(removed.map(ruleKey))
    return withRules(
      group,
      direction,
      before.filter(rule => !gone.has(ruleKey(rule))),
      removed,
    )
  })
  return answer
}

interface DescribeRulesInput extends GroupName {
  readonly DryRun?: boolean | undefined
  readonly IpPermissions?: readonly IpPermission[] | undefined
  readonly SecurityGroupRuleDescriptions?: readonly SecurityGroupRuleDescription[] | undefined
}

/** Descriptions say nothing of who may come, and are no part of what a rule is. One that is left out is taken away. */
export async function describeRules(
  { store }: OperationContext,
  input: DescribeRulesInput,
  direction: Direction,
): Promise<{ Return: true }> {
  refuseDryRun(input.DryRun)
  const { IpPermissions, SecurityGroupRuleDescriptions: byId = [] } = input
  if ((IpPermissions === undefined) === (byId.length === 0))
    throw refuse(
      'InvalidParameterCombination',
      'Either ipPermissions or securityGroupRuleDescriptions must be specified.',
    )
  const rules = IpPermissions && askedRules(IpPermissions, {})
  const asked =
    rules === undefined ? { ids: byId.map(({ SecurityGroupRuleId = '' }) => SecurityGroupRuleId) } : { rules }
  const descriptions =
    rules?.map(({ description }) => description) ?? byId.map(({ Description }) => Description)
  await commitPlanned(store, snapshot => {
    const group = groupNamed(snapshot, input)
    const named = rulesNamed(group, direction, asked)
    const told = new Map(named.map((rule, i) => [ruleKey(rule), descriptions[i]]))
    const after = rulesIn(group, direction).map(rule => {
      const key = ruleKey(rule)
      return told.has(key) ? { ...rule, description: told.get(key) } : rule
    })
    return withRules(group, direction, after, named)
  })
  return { Return: true }
}

function rulesNamed(group: KnownGroup, direction: Direction, asked: AskedRules): Rule[] {
  const before = rulesIn(group, direction)
  return 'ids' in asked ? rulesWithIds(group, direction, before, asked.ids) : sameRules(before, asked.rules)
}

function sameRules(before: readonly Rule[], asked: readonly Rule[]): Rule[] {
  return asked.map(rule => {
    const found = before.find(one => ruleKey(one) === ruleKey(rule))
    if (found !== undefined) return found
    throw refuse('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
  })
}

function rulesWithIds(
  group: KnownGroup,
  direction: Direction,
  before: readonly Rule[],
  ids: readonly string[],
): Rule[] {
  return ids.map(id => {
    const found = before.find(rule => ruleId(group.GroupId, direction, rule) === id)
    if (found !== undefined) return found
    throw refuse('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`)
  })
}

function withRules(
  group: KnownGroup,
  direction: Direction,
  rules: readonly Rule[],
  changed: readonly Rule[],
): PlannedCommit<ChangedGroup> {
  const permissions = permissionsOf(rules)
  const SecurityGroup: KnownGroup =
    direction === 'ingress'
      ? { ...group, IpPermissions: permissions }
      : { ...group, IpPermissionsEgress: permissions }
  return {
    changes: [{ key: securityGroupKey(group.GroupId), value: { SecurityGroup } }],
    answer: { group: SecurityGroup, rules: changed },
  }
}

/** A rule is what it says, and so is its id. */
export function ruleId(groupId: string, direction: Direction, rule: Rule): string {
  return `sgr-${createHash('sha256')
    .update(`${groupId} ${direction} ${ruleKey(rule)}`)
    .digest('hex')
    .slice(0, 17)}`
}

export function shownRules(
  group: KnownGroup,
  direction: Direction,
  rules: readonly Rule[],
): SecurityGroupRule[] {
  return rules.map(rule => {
    const { protocol, fromPort = -1, toPort = -1, source, description } = rule
    return {
      SecurityGroupRuleId: ruleId(group.GroupId, direction, rule),
      GroupId: group.GroupId,
      GroupOwnerId: group.OwnerId,
      IsEgress: direction === 'egress',
      IpProtocol: protocol,
      FromPort: fromPort,
      ToPort: toPort,
      ...(source.kind === 'ipv4' ? { CidrIpv4: source.cidr } : {}),
      ...(source.kind === 'ipv6' ? { CidrIpv6: source.cidr } : {}),
      ...(source.kind === 'group'
        ? { ReferencedGroupInfo: { GroupId: source.groupId, UserId: source.userId } }
        : {}),
      ...(description === undefined ? {} : { Description: description }),
      Tags: [],
    }
  })
}

/** Every rule of every group, both ways. */
export function allRules(snapshot: Snapshot): SecurityGroupRule[] {
  return allGroups(snapshot).flatMap(group => [
    ...shownRules(group, 'ingress', rulesIn(group, 'ingress')),
    ...shownRules(group, 'egress', rulesIn(group, 'egress')),
  ])
}
