import type { Choice, Decision } from '../routing/decision.ts'
import { forkOf, leafOf, mapLeaves, nothing } from '../routing/decision.ts'
import { saltOf } from '../routing/draw.ts'
import { type FailoverAnswer, type FailoverRecord, type FailoverRole, failover } from '../routing/failover.ts'
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
import type { PlaceTables } from './place-tables.ts'
import { type Balancers, groupKey } from './route-records.ts'
import type { Given, RoutedGroup, RoutedRecord, RoutedTarget } from './routed-group.ts'

/** What the records of one hosted zone are chosen by. */
export interface RoutingInputs {
  readonly balancers: Balancers
  readonly health: ObservedHealth
  readonly tables: PlaceTables
  /** Told of each record set that cannot be served. */
  problem(where: string, what: string): void
}

/**
 * `all`: its records, at least those that are valid. `before`: as it was decided last, from the same documents and tables; it is given back
 * when everything is as it was. A failover name is decided anew each time, and exactly once: whoever decides remembers.
 */
export function decidedGroup(
  name: Name,
  type: string,
  all: readonly RoutedRecord[],
  inputs: RoutingInputs,
  before: RoutedGroup | undefined,
): RoutedGroup {
  const policy = all[0] === undefined ? 'simple' : policyOf(all[0].record)
  const records =
    policy === 'simple' ? all.slice(0, 1) : all.filter(({ record }) => policyOf(record) === policy)
  if (policy === 'geoproximity') inputs.problem(`${name} ${type}`, geoproximityRefusal)
  else if (records.length < all.length)
    inputs.problem(`${name} ${type}`, `records of another policy than ${policy} are left out`)
  const answer = policy === 'failover' ? failoverAnswer(records, { name, type }, inputs.health) : undefined
  if (before !== undefined && isAsBefore(before, records, answer)) return before
  const key = nameKey(name)
  const { choice, branches, reason } = route(policy, records, saltOf(groupKey(key, type)), inputs, answer)
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
    decision: policy === 'geoproximity' ? nothing : withTtl(folded, answer?.ttlSecondsMax),
    height: Math.max(
      0,
      ...records.map(({ target }) => (target?.kind === 'group' ? target.group.height + 1 : 0)),
    ),
    ...(answer === undefined ? {} : { failover: answer }),
  }
}

function isPresent({ decision }: RoutedRecord): boolean {
  return decision.kind !== 'nothing'
}

function isAsBefore(
  before: RoutedGroup,
  records: readonly RoutedRecord[],
  answer: FailoverAnswer | undefined,
): boolean {
  const { failover: answered } = before
  return (
    answered?.answered === answer?.answered &&
    answered?.reason === answer?.reason &&
    answered?.ttlSecondsMax === answer?.ttlSecondsMax &&
    before.records.length === records.length &&
    records.every((record, at) => isSameRecord(before.records[at], record))
  )
}

function isSameRecord(a: RoutedRecord | undefined, b: RoutedRecord): boolean {
  return (
    a?.record === b.record &&
    a.decision === b.decision &&
    isSameVerdict(a.verdict, b.verdict) &&
    isSameTarget(a.target, b.target)
  )
}

function isSameTarget(a: RoutedTarget | undefined, b: RoutedTarget | undefined): boolean {
  switch (b?.kind) {
    case undefined:
      return a === undefined
    case 'group':
      return a?.kind === 'group' && a.group === b.group
    case 'balancer':
      return (
        a?.kind === 'balancer' && a.loadBalancer === b.loadBalancer && isSameVerdict(a.verdict, b.verdict)
      )
    case 'missing':
      return a?.kind === 'missing' && a.reason === b.reason
  }
}

function isSameVerdict(a: Verdict, b: Verdict): boolean {
  return a.healthy === b.healthy && a.reason === b.reason
}

interface Routed extends Routing {
  readonly branches: RoutedGroup['branches']
}

/** Each policy is a pure function in routing/; here it is given its records. */
function route(
  policy: Policy,
  records: readonly RoutedRecord[],
  salt: number,
  inputs: RoutingInputs,
  answer: FailoverAnswer | undefined,
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
      return { ...byFailover(records, answer), branches }
    case 'weighted':
      return { ...weighted(candidates, salt), branches }
    case 'multivalue':
      return byMultivalue(records, candidates, salt)
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

function failoverAnswer(
  records: readonly RoutedRecord[],
  where: FailoverRecord,
  health: ObservedHealth,
): FailoverAnswer | undefined {
  const verdictOf = (role: FailoverRole): Verdict | undefined => {
    const record = records[indexOf(records, role)]
    return record !== undefined && isPresent(record) ? record.verdict : undefined
  }
  const [primary, secondary] = [verdictOf('PRIMARY'), verdictOf('SECONDARY')]
  return health.failover === undefined
    ? failover(primary, secondary)
    : health.failover(where, primary, secondary)
}

/** The other one follows for clients that the one decided for has nothing for. */
function byFailover(records: readonly RoutedRecord[], answer: FailoverAnswer | undefined): Routing {
  if (answer === undefined)
    return { choice: { kind: 'order', order: [] }, reason: 'no record has a value to give' }
  const [primary, secondary] = [indexOf(records, 'PRIMARY'), indexOf(records, 'SECONDARY')]
  const order = answer.answered === 'PRIMARY' ? [primary, secondary] : [secondary, primary]
  return { choice: { kind: 'order', order }, reason: answer.reason }
}

function indexOf(records: readonly RoutedRecord[], role: FailoverRole): number {
  return records.findIndex(({ record }) => record.Failover === role)
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
