import { SharedMap } from '../../base/shared-map.ts'
import { policyOf } from '../routing/policy.ts'
import { WireError } from '../wire/wire-error.ts'
import { type AliasOrder, aliasOrder } from './alias-order.ts'
import { decidedGroup, type RoutingInputs } from './decide-group.ts'
import type { ChangedGroups, RecordDocument } from './record-groups.ts'
import { nameFromRoute53, type Route53RecordSet } from './record-set.ts'
import { aliasedGroup, type Balancers, routedRecord } from './route-records.ts'
import type { RoutedGroup, RoutedRecord } from './routed-group.ts'

/** Every group of a zone, decided. */
export interface RoutedGroups {
  readonly groups: SharedMap<string, RoutedGroup>
  /** Groups that something else than their documents can change, targets before the aliases that lead to them. */
  readonly moving: MovingGroups
  /** Of groups with record sets that cannot be served, what is wrong, in words. */
  readonly problems: ReadonlyMap<string, readonly string[]>
}

interface MovingGroups extends AliasOrder {
  readonly keys: ReadonlySet<string>
}

export const noRoutedGroups: RoutedGroups = {
  groups: SharedMap.empty(),
  moving: { keys: new Set(), order: [], isCircular: () => false },
  problems: new Map(),
}

export interface ChangedRoutes extends RoutedGroups {
  /** Groups that are others now; undefined for one that is gone. */
  readonly written: ReadonlyMap<string, RoutedGroup | undefined>
}

/**
 * Decides what changed: groups whose documents did, and of the moving ones those whose health or target did. `before` was decided with load
 * balancers of the same names and with the same tables.
 */
export function nextRoutes(
  before: RoutedGroups,
  records: ChangedGroups,
  inputs: RoutingInputs,
): ChangedRoutes {
  const { changed } = records
  const moving = movingGroups(before, records, inputs.balancers)
  const written = new Map<string, RoutedGroup | undefined>()
  const problems = new Map(before.problems)
  const groupAt = (key: string): RoutedGroup | undefined =>
    written.has(key) ? written.get(key) : before.groups.get(key)
  const decide = (key: string, members: readonly RecordDocument[]): void => {
    const target = (record: Route53RecordSet): RoutedGroup | string => {
      const to = aliasedGroup(inputs.balancers, record) ?? ''
      if (moving.isCircular(key, to)) return 'the alias leads back to itself'
      return groupAt(to) ?? 'the alias target does not exist'
    }
    const wrong: string[] = []
    const group = groupOf(members, target, changed.has(key) ? undefined : before.groups.get(key), {
      ...inputs,
      problem: (where, what) => wrong.push(`${where}: ${what}`),
    })
    if (wrong.length > 0) problems.set(key, wrong)
    else problems.delete(key)
    if (group !== before.groups.get(key)) written.set(key, group)
  }
  for (const key of changed) {
    const members = records.groups.get(key)
    if (members === undefined) {
      problems.delete(key)
      if (before.groups.has(key)) written.set(key, undefined)
    } else if (!isMoving(members)) decide(key, members)
  }
  for (const key of moving.order) decide(key, records.groups.get(key) ?? [])
  return { groups: before.groups.with(written), moving, problems, written }
}

function movingGroups(
  { moving: before }: RoutedGroups,
  { groups, changed }: ChangedGroups,
  balancers: Balancers,
): MovingGroups {
  const isNowMoving = (key: string): boolean => {
    const members = groups.get(key)
    return members !== undefined && isMoving(members)
  }
  const touched = [...changed].filter(key => before.keys.has(key) || isNowMoving(key))
  if (touched.length === 0) return before
  const keys = new Set(before.keys)
  for (const key of touched) {
    if (isNowMoving(key)) keys.add(key)
    else keys.delete(key)
  }
  return { keys, ...groupOrder(keys, groups, balancers) }
}

/** Groups without aliases come first; only the others have to be put in order. */
function groupOrder(
  keys: ReadonlySet<string>,
  groups: ChangedGroups['groups'],
  balancers: Balancers,
): AliasOrder {
  const plain: string[] = []
  const targets = new Map<string, Set<string>>()
  // In one order, however they came to be here.
  for (const key of [...keys].sort()) {
    const found = (groups.get(key) ?? [])
      .map(({ value }) => aliasedGroup(balancers, value.ResourceRecordSet))
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

/** Most names of most zones do not move, and a switch must be quick. */
function isMoving(members: readonly RecordDocument[]): boolean {
  const [first, ...others] = members
  return first === undefined || others.length > 0 || !isUnmoved(first.value.ResourceRecordSet)
}

function isUnmoved(record: Route53RecordSet): boolean {
  return (
    policyOf(record) === 'simple' && record.AliasTarget === undefined && record.HealthCheckId === undefined
  )
}

/** Groups that nothing can change but their document, which never does. */
const unmoved = new WeakMap<Route53RecordSet, RoutedGroup>()

function groupOf(
  members: readonly RecordDocument[],
  target: (record: Route53RecordSet) => RoutedGroup | string,
  before: RoutedGroup | undefined,
  inputs: RoutingInputs,
): RoutedGroup {
  const first = members[0]?.value.ResourceRecordSet
  const ready = first === undefined || isMoving(members) ? undefined : unmoved.get(first)
  if (ready !== undefined) return ready
  const { Name, Type } = first ?? { Name: '', Type: 'A' as const }
  const records = members.flatMap(({ value }): RoutedRecord[] => {
    try {
      return [routedRecord(value.ResourceRecordSet, { ...inputs, target })]
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      inputs.problem(`${Name} ${Type}`, error.message)
      return []
    }
  })
  const group = decidedGroup(nameFromRoute53(Name), Type, records, inputs, before)
  if (first !== undefined && !isMoving(members) && records.length === 1) unmoved.set(first, group)
  return group
}
