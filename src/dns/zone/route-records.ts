import { leafOf, nothing } from '../routing/decision.ts'
import { recordHealth } from '../routing/record-health.ts'
import type { ObservedHealth, Verdict } from '../routing/verdict.ts'
import { type Name, type NameKey, nameKey } from '../wire/name.ts'
import { codecOfType } from '../wire/records/table.ts'
import { WireError } from '../wire/wire-error.ts'
import { aliasDepthMax } from './alias-order.ts'
import type { NamedBalancer } from './balancer-names.ts'
import { dataOf, nameFromRoute53, type Route53RecordSet } from './record-set.ts'
import type { RoutedGroup, RoutedRecord, RoutedTarget } from './routed-group.ts'
import { leafOfSet } from './routed-set.ts'

export const groupKey = (key: NameKey, type: string): string => `${type} ${key}`

export type Balancers = ReadonlyMap<NameKey, NamedBalancer>

/** The load balancer that an alias leads to, or undefined. */
export function balancerOf(balancers: Balancers, target: Name): NamedBalancer | undefined {
  // AWS's console writes `dualstack.` before a load balancer's name; it means the same load balancer.
  return balancers.get(nameKey(target)) ?? balancers.get(nameKey(target.replace(/^dualstack\./, '')))
}

/** Where an alias leads, as a group; undefined for a record with values of its own and for an alias to a load balancer. */
export function aliasedGroup(balancers: Balancers, record: Route53RecordSet): string | undefined {
  const { DNSName } = record.AliasTarget ?? {}
  if (DNSName === undefined) return undefined
  const target = nameFromRoute53(DNSName)
  return balancerOf(balancers, target) === undefined ? groupKey(nameKey(target), record.Type) : undefined
}

export interface Surroundings {
  readonly balancers: Balancers
  readonly health: ObservedHealth
  /** Groups that aliases may lead to; undefined when there is none, or when it leads to itself. */
  target(record: Route53RecordSet): RoutedGroup | string
}

/** Throws WireError when the record is no valid one. */
export function routedRecord(record: Route53RecordSet, surroundings: Surroundings): RoutedRecord {
  const { health } = surroundings
  const { HealthCheckId, AliasTarget } = record
  const target = AliasTarget === undefined ? undefined : targetOf(record, surroundings)
  const verdict = recordHealth({
    healthCheck: HealthCheckId === undefined ? undefined : health.healthCheck(HealthCheckId),
    alias:
      target === undefined
        ? undefined
        : { evaluateTargetHealth: AliasTarget?.EvaluateTargetHealth === true, target: verdictOf(target) },
  })
  if (target !== undefined)
    return { record, verdict, decision: decisionOf(record, target, surroundings), target }
  return { record, verdict, decision: valuesOf(record) }
}

/** Documents never change, and those with a health check are looked at again and again. */
const decisionsOfValues = new WeakMap<Route53RecordSet, RoutedRecord['decision']>()

function valuesOf(record: Route53RecordSet): RoutedRecord['decision'] {
  const before = decisionsOfValues.get(record)
  if (before !== undefined) return before
  const data = dataOf(record)
  const made = data.length === 0 ? nothing : leafOf({ ttlSeconds: record.TTL ?? 0, data })
  decisionsOfValues.set(record, made)
  return made
}

/** An alias leads to a load balancer or to records of its own type in its zone. */
function targetOf(record: Route53RecordSet, { balancers, health, target }: Surroundings): RoutedTarget {
  const balancer = balancerOf(balancers, nameFromRoute53(record.AliasTarget?.DNSName ?? ''))
  if (balancer !== undefined) {
    const { loadBalancer } = balancer
    const { healthy, reason } = health.loadBalancer(loadBalancer)
    return { kind: 'balancer', loadBalancer, verdict: { healthy, reason: `${loadBalancer}: ${reason}` } }
  }
  const group = target(record)
  if (typeof group === 'string') return { kind: 'missing', reason: group }
  if (group.height >= aliasDepthMax)
    return { kind: 'missing', reason: `more than ${aliasDepthMax} aliases in a row` }
  return { kind: 'group', group }
}

function verdictOf(target: RoutedTarget): Verdict {
  switch (target.kind) {
    case 'balancer':
      return target.verdict
    case 'group':
      return target.group.verdict
    case 'missing':
      return { healthy: false, reason: target.reason }
  }
}

function decisionOf(
  record: Route53RecordSet,
  target: RoutedTarget,
  { balancers }: Surroundings,
): RoutedRecord['decision'] {
  if (target.kind === 'group') return target.group.decision
  if (target.kind === 'missing') return nothing
  const { code } = codecOfType(record.Type)
  const balancer = balancerOf(balancers, nameFromRoute53(record.AliasTarget?.DNSName ?? ''))
  if (record.Type !== 'A' && record.Type !== 'AAAA')
    throw new WireError(`a load balancer has addresses and no ${record.Type} records`)
  const addresses = balancer?.addresses.find(set => set.code === code)
  return addresses === undefined ? nothing : leafOfSet(addresses)
}
