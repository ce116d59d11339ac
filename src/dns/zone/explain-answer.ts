import { unreachable } from '../../base/assert.ts'
import { followFork, type Walk } from '../routing/decision.ts'
import type { Source } from '../routing/source.ts'
import { rcodes } from '../wire/codes.ts'
import { keyToName, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import { codecOfType } from '../wire/records/table.ts'
import type {
  ExplainedBranch,
  ExplainedGroup,
  ExplainedRecord,
  ExplainedTarget,
  Explanation,
  Outcome,
} from './explanation.ts'
import { nameFromRoute53, type Route53RecordSet } from './record-set.ts'
import type { AnswerRecord, Response } from './response.ts'
import { groupKey } from './route-records.ts'
import type { RoutedGroup, RoutedRecord } from './routed-group.ts'
import type { ZoneNode } from './zone-node.ts'
import type { ZoneSnapshot } from './zone-snapshot.ts'
import { wildcardLabel } from './zone-tree.ts'

/**
 * What `answer` says to a question and why. `turn` is the draw that weighted and multivalue groups choose by, as for an answer. Pure. Throws
 * WireError when `name` is no name or `type` no type.
 */
export function explainAnswer(
  zones: ZoneSnapshot,
  name: Name,
  type: string,
  source: Source,
  turn = 0,
): Explanation {
  const asked = nameFromRoute53(name)
  const key = nameKey(asked)
  const code = codecOfType(type).code
  const { node, at } = nodeOf(zones, key)
  const zone = zoneOf(zones, key)
  const question = { name: asked, type, zone }
  const nobody = { answers: [], tree: undefined, scopeBits: 0 }
  if (node === undefined || at === undefined)
    return {
      ...question,
      ...nobody,
      outcome: 'refused',
      reason: 'the name is in none of the zones served here',
    }
  const found =
    at === key || isWildcard(at) || node.isCut ? (node.byType.get(code) ?? node.otherwise) : node.nonexistent
  const walk: Walk = { source, turn, scopeBits: 0 }
  const { response, scopeBits } =
    'pick' in found ? found.pick(source, turn) : { response: found, scopeBits: 0 }
  const group = zones.groups.get(groupKey(at, type)) ?? zones.groups.get(groupKey(at, 'CNAME'))
  const outcome = outcomeOf(response)
  return {
    ...question,
    outcome,
    reason: reasonOf(outcome, at === key ? undefined : keyToName(at)),
    answers: response.plan.answers.map(record => explainedRecord(record.name ?? asked, record, zones)),
    tree: group === undefined ? undefined : explainedGroup(group, { walk, shown: new Set() }, true),
    scopeBits,
  }
}

function nodeOf(zones: ZoneSnapshot, key: NameKey): { node: ZoneNode | undefined; at: NameKey | undefined } {
  for (let at: NameKey | undefined = key; at !== undefined; at = parentKey(at)) {
    const node = zones.nodes.get(at)
    if (node === undefined) continue
    if (at === key || node.isCut || node.wildcard === undefined) return { node, at }
    return { node: node.wildcard, at: wildcardLabel + at }
  }
  return { node: undefined, at: undefined }
}

function isWildcard(key: NameKey): boolean {
  return key.startsWith(wildcardLabel)
}

function zoneOf(zones: ZoneSnapshot, key: NameKey): Name | undefined {
  const apexes = new Map(zones.zones.map(zone => [nameKey(zone.name), zone.name]))
  for (let at: NameKey | undefined = key; at !== undefined; at = parentKey(at)) {
    const zone = apexes.get(at)
    if (zone !== undefined) return zone
  }
  return undefined
}

function outcomeOf({ plan }: Response): Outcome {
  if (plan.answers.length > 0) return 'answered'
  if (!plan.authoritative) return 'referred'
  return plan.rcode === rcodes.nameError ? 'no-such-name' : 'no-data'
}

/** `by`: the name that answered instead of the one asked for. */
function reasonOf(outcome: Outcome, by: Name | undefined): string {
  switch (outcome) {
    case 'answered':
      return by === undefined ? 'answered' : `answered by ${by}`
    case 'no-data':
      return 'the name exists and has nothing of this type for this client'
    case 'no-such-name':
      return 'the name does not exist'
    case 'referred':
      return `delegated at ${by ?? 'this name'} to other servers`
    case 'refused':
      return 'the name is in none of the zones served here'
    default:
      return unreachable(outcome)
  }
}

function explainedRecord(
  name: Name,
  { ttlSeconds, data, serialOf }: AnswerRecord,
  { serials }: ZoneSnapshot,
): ExplainedRecord {
  const serial = serialOf === undefined ? undefined : serials.get(serialOf)
  const said = data.type === 'SOA' && serial !== undefined ? { ...data, serial } : data
  return { name, ttlSeconds, type: data.type, value: formatRecordValue(said) }
}

interface View {
  readonly walk: Walk
  /** Groups that were not chosen are shown once: aliases may lead to one of them from everywhere. */
  readonly shown: Set<RoutedGroup>
}

/** The same choices as the answer's: they depend on the client, the draw and the group alone. */
function explainedGroup(group: RoutedGroup, view: View, isReached: boolean): ExplainedGroup {
  view.shown.add(group)
  const branches = group.branches.map(({ decision }) => decision)
  const followed = isReached ? followFork({ choice: group.choice, branches }, view.walk) : undefined
  const chosen = followed === undefined ? [] : (group.branches[followed.branch]?.records ?? [])
  return {
    name: group.name,
    type: group.type,
    policy: group.policy,
    reason: group.reason,
    branches: group.records.map((record, index) => explainedBranch(record, view, chosen.includes(index))),
  }
}

function explainedBranch(routed: RoutedRecord, view: View, isChosen: boolean): ExplainedBranch {
  return {
    setIdentifier: routed.record.SetIdentifier,
    selector: selectorOf(routed.record),
    healthy: routed.verdict.healthy,
    reason: routed.verdict.reason,
    isChosen,
    isAbsent: routed.decision.kind === 'nothing',
    leadsTo: explainedTarget(routed, view, isChosen),
  }
}

function explainedTarget(
  { record, decision, target }: RoutedRecord,
  view: View,
  isChosen: boolean,
): ExplainedTarget {
  const values = decision.kind === 'leaf' ? decision.leaf.data.map(data => formatRecordValue(data)) : []
  const evaluatesTargetHealth = record.AliasTarget?.EvaluateTargetHealth === true
  switch (target?.kind) {
    case undefined:
      return { kind: 'values', ttlSeconds: record.TTL ?? 0, values }
    case 'balancer':
      return {
        kind: 'balancer',
        loadBalancer: target.loadBalancer,
        ...target.verdict,
        evaluatesTargetHealth,
        values,
      }
    case 'group': {
      const { group } = target
      if (!isChosen && view.shown.has(group))
        return { kind: 'shown-before', evaluatesTargetHealth, name: group.name, type: group.type }
      return { kind: 'group', evaluatesTargetHealth, group: explainedGroup(group, view, isChosen) }
    }
    case 'missing':
      return { kind: 'nowhere', reason: target.reason }
    default:
      return unreachable(target)
  }
}

function selectorOf(record: Route53RecordSet): string {
  if (record.Failover !== undefined) return record.Failover
  if (record.Weight !== undefined) return `weight ${record.Weight}`
  if (record.Region !== undefined) return `region ${record.Region}`
  if (record.CidrRoutingConfig !== undefined) return `location ${record.CidrRoutingConfig.LocationName ?? ''}`
  const { ContinentCode, CountryCode, SubdivisionCode } = record.GeoLocation ?? {}
  if (ContinentCode !== undefined) return `continent ${ContinentCode}`
  if (SubdivisionCode !== undefined) return `${CountryCode ?? ''}-${SubdivisionCode}`
  if (CountryCode !== undefined) return CountryCode === '*' ? 'default' : `country ${CountryCode}`
  return record.MultiValueAnswer === true ? 'multivalue' : ''
}
