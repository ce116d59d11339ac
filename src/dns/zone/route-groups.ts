import type { Choice, Decision } from '../routing/decision.ts'
import { forkOf, leafOf, mapLeaves, nothing } from '../routing/decision.ts'
import { saltOf } from '../routing/draw.ts'
import { type FailoverAnswer, failover } from '../routing/failover.ts'
import { geolocation } from '../routing/geolocation.ts'
import { geoproximityRefusal } from '../routing/geoproximity.ts'
import { ipBased } from '../routing/ip-based.ts'
import { latency } from '../routing/latency.ts'
import { multivalue } from '../routing/multivalue.ts'
import { type Candidate, type Policy, policyOf, type Routing } from '../routing/policy.ts'
import { groupHealth } from '../routing/record-health.ts'
import { simple } from '../routing/simple.ts'
import type { ObservedHealth, Verdict } from '../routing/verdict.ts'
import { weighted } from '../routing/weighted.ts'
import { type Name, nameKey } from '../wire/name.ts'
import { WireError } from '../wire/wire-error.ts'
import { type AliasOrder, aliasOrder } from './alias-order.ts'
import type { PlaceTables } from './place-tables.ts'
import { nameFromRoute53, type Route53RecordSet } from './record-set.ts'
import { aliasedGroup, type Balancers, groupKey, routedRecord } from './route-records.ts'
import type { Given, RoutedGroup, RoutedRecord } from './routed-group.ts'

/** What the records of one hosted zone are chosen by. */
export interface RoutingInputs {
  readonly balancers: Balancers
  readonly health: ObservedHealth
  readonly tables: PlaceTables
  /** Told of each record set that cannot be served. */
  problem(where: string, what: string): void
}

export type RecordGroups = ReadonlyMap<string, readonly Route53RecordSet[]>

/** Decides every group once, targets before the aliases that lead to them. */
export function routeGroups(groups: RecordGroups, inputs: RoutingInputs): ReadonlyMap<string, RoutedGroup> {
  const routed = new Map<string, RoutedGroup>()
  const { order, isCircular } = groupOrder(groups, inputs.balancers)
  for (const key of order) {
    const target = (record: Route53RecordSet): RoutedGroup | string => {
      const to = aliasedGroup(inputs.balancers, record) ?? ''
      if (isCircular(key, to)) return 'the alias leads back to itself'
      return routed.get(to) ?? 'the alias target does not exist'
    }
    const [first, ...others] = groups.get(key) ?? []
    const ready = first !== undefined && others.length === 0 ? unmoved.get(first) : undefined
    if (ready !== undefined) {
      routed.set(key, ready)
      continue
    }
    const { Name, Type } = first ?? { Name: '', Type: 'A' as const }
    const where = `${Name} ${Type}`
    const records = (groups.get(key) ?? []).flatMap(record => {
      try {
        return [routedRecord(record, { ...inputs, target })]
      } catch (error) {
        if (!(error instanceof WireError)) throw error
        inputs.problem(where, error.message)
        return []
      }
    })
    const group = routedGroup(nameFromRoute53(Name), Type, records, inputs)
    routed.set(key, group)
    if (first !== undefined && others.length === 0 && records.length === 1 && isUnmoved(first))
      unmoved.set(first, group)
  }
  return routed
}

/** Groups without aliases come first; only the others have to be put in order. */
function groupOrder(groups: RecordGroups, balancers: Balancers): AliasOrder {
  const plain: string[] = []
  const targets = new Map<string, Set<string>>()
  for (const [key, records] of groups) {
    const found = records
      .map(record => aliasedGroup(balancers, record))
      .filter(target => target !== undefined)
    if (found.length === 0) plain.push(key)
    else targets.set(key, new Set(found))
  }
  if (targets.size === 0) return { order: plain, isCircular: () => false }
  for (const found of targets.values())
    for (const target of found) if (!targets.has(target)) found.delete(target)
  const { order, isCircular } = aliasOrder(targets)
  return { order: [...plain, ...order], isCircular }
}

/** Groups that nothing can change but their document, which never does: most names of most zones, and a switch must be quick. */
const unmoved = new WeakMap<Route53RecordSet, RoutedGroup>()

function isUnmoved(record: Route53RecordSet): boolean {
  return (
    policyOf(record) === 'simple' && record.AliasTarget === undefined && record.HealthCheckId === undefined
  )
}

function routedGroup(
  name: Name,
  type: string,
  all: readonly RoutedRecord[],
  inputs: RoutingInputs,
): RoutedGroup {
  const policy = all[0] === undefined ? 'simple' : policyOf(all[0].record)
  const records =
    policy === 'simple' ? all.slice(0, 1) : all.filter(({ record }) => policyOf(record) === policy)
  if (policy === 'geoproximity') inputs.problem(`${name} ${type}`, geoproximityRefusal)
  else if (records.length < all.length)
    inputs.problem(`${name} ${type}`, `records of another policy than ${policy} are left out`)
  const key = nameKey(name)
  const { choice, branches, reason, ...rest } = route(
    policy,
    records,
    { name, type, salt: saltOf(groupKey(key, type)) },
    inputs,
  )
  const folded = forkOf(
    choice,
    branches.map(({ decision }) => decision),
  )
  return {
    name,
    key,
    type,
    policy,
    records,
    choice,
    branches,
    reason,
    verdict: groupHealth(records.filter(isPresent).map(({ verdict }) => verdict)),
    decision: policy === 'geoproximity' ? nothing : withTtl(folded, rest.failover?.ttlSecondsMax),
    height: Math.max(
      0,
      ...records.map(({ target }) => (target?.kind === 'group' ? target.group.height + 1 : 0)),
    ),
    ...rest,
  }
}

function isPresent({ decision }: RoutedRecord): boolean {
  return decision.kind !== 'nothing'
}

interface Routed extends Routing {
  readonly branches: RoutedGroup['branches']
  readonly failover?: FailoverAnswer
}

interface Where {
  readonly name: Name
  readonly type: string
  readonly salt: number
}

/** Each policy is a pure function in routing/; here it is given its records. */
function route(
  policy: Policy,
  records: readonly RoutedRecord[],
  where: Where,
  inputs: RoutingInputs,
): Routed {
  const candidates = records.map(
    (one): Candidate => ({ record: one.record, healthy: one.verdict.healthy, isPresent: isPresent(one) }),
  )
  const branches = records.map(({ decision }, index) => ({ records: [index], decision }))
  switch (policy) {
    case 'simple':
    case 'geoproximity':
      return { ...simple(), branches }
    case 'failover':
      return { ...byFailover(records, where, inputs.health), branches }
    case 'weighted':
      return { ...weighted(candidates, where.salt), branches }
    case 'multivalue':
      return byMultivalue(records, candidates, where.salt)
    case 'latency':
      return { ...latency(candidates, inputs.tables.latency), branches }
    case 'geolocation':
      return { ...geolocation(candidates, inputs.tables.geo), branches }
    case 'ip-based':
      return {
        ...ipBased(candidates, inputs.tables.cidr(records[0]?.record.CidrRoutingConfig?.CollectionId)),
        branches,
      }
  }
}

/** The other one follows for clients that the one decided for has nothing for. */
function byFailover(
  records: readonly RoutedRecord[],
  { name, type }: Where,
  health: ObservedHealth,
): Routing & { failover?: FailoverAnswer } {
  const indexOf = (role: 'PRIMARY' | 'SECONDARY'): number =>
    records.findIndex(({ record }) => record.Failover === role)
  const verdictOf = (index: number): Verdict | undefined => {
    const record = records[index]
    return record !== undefined && isPresent(record) ? record.verdict : undefined
  }
  const [primary, secondary] = [indexOf('PRIMARY'), indexOf('SECONDARY')]
  const [primaryHealth, secondaryHealth] = [verdictOf(primary), verdictOf(secondary)]
  const answer =
    health.failover === undefined
      ? failover(primaryHealth, secondaryHealth)
      : health.failover({ name, type }, primaryHealth, secondaryHealth)
  if (answer === undefined)
    return { choice: { kind: 'order', order: [] }, reason: 'no record has a value to give' }
  const order = answer.answered === 'PRIMARY' ? [primary, secondary] : [secondary, primary]
  return { choice: { kind: 'order', order }, reason: answer.reason, failover: answer }
}

function byMultivalue(
  records: readonly RoutedRecord[],
  candidates: readonly Candidate[],
  salt: number,
): Routed {
  const { windows, reason } = multivalue(
    candidates.map((candidate, index) => ({
      ...candidate,
      isPresent: records[index]?.decision.kind === 'leaf',
    })),
  )
  const choice: Choice = { kind: 'turn', salt }
  const branches = windows.map(window => ({
    records: window,
    decision: merged(window.flatMap(index => givenBy(records[index]))),
  }))
  return { choice, reason, branches }
}

function givenBy(record: RoutedRecord | undefined): Given[] {
  return record?.decision.kind === 'leaf' ? [record.decision.leaf] : []
}

/** One record set has one TTL (RFC 2181 section 5.2): the shortest. */
function merged(given: readonly Given[]): Decision<Given> {
  if (given.length === 0) return nothing
  return leafOf({
    ttlSeconds: Math.min(...given.map(one => one.ttlSeconds)),
    data: given.flatMap(one => one.data),
  })
}

function withTtl(decision: Decision<Given>, secondsMax: number | undefined): Decision<Given> {
  if (secondsMax === undefined) return decision
  return mapLeaves(decision, given => ({ ...given, ttlSeconds: Math.min(given.ttlSeconds, secondsMax) }))
}
