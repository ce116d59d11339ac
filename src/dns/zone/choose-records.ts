import { type FailoverAnswer, failover } from '../routing/failover.ts'
import { groupHealth, recordHealth } from '../routing/record-health.ts'
import type { ObservedHealth, Verdict } from '../routing/verdict.ts'
import { type Name, type NameKey, nameKey } from '../wire/name.ts'
import type { RecordData } from '../wire/records/table.ts'
import { codecOfType } from '../wire/records/table.ts'
import type { NamedBalancer } from './balancer-names.ts'
import { dataOf, nameFromRoute53, type Route53RecordSet } from './record-set.ts'

/** What the record sets of one hosted zone are chosen from. */
export interface Choices {
  /** By name and type; several when a routing policy chooses among them. */
  readonly groups: ReadonlyMap<string, readonly Route53RecordSet[]>
  readonly balancers: ReadonlyMap<NameKey, NamedBalancer>
  readonly health: ObservedHealth
}

export interface Chosen {
  readonly ttlSeconds: number
  readonly data: readonly RecordData[]
  /** Set when a failover policy chose. */
  readonly failover?: FailoverAnswer
}

export const groupKey = (key: NameKey, type: string): string => `${type} ${key}`

/** Alias of an alias of an alias … : as deep as Route 53's own trees go, and an end to circles. */
const aliasDepthMax = 8

const nothing: Chosen = { ttlSeconds: 0, data: [] }

/** The policies, by the element whose presence selects one. Each is a pure function in routing/; here it is given its records. */
export function chooseRecords(choices: Choices, group: readonly Route53RecordSet[], depth = 0): Chosen {
  const [first] = group
  if (first === undefined || depth > aliasDepthMax) return nothing
  if (first.Failover !== undefined) return chooseByFailover(choices, group, depth)
  return valuesOf(choices, first, depth)
}

function chooseByFailover(choices: Choices, group: readonly Route53RecordSet[], depth: number): Chosen {
  const branch = (role: 'PRIMARY' | 'SECONDARY'): [chosen: Chosen, verdict: Verdict | undefined] => {
    const record = group.find(one => one.Failover === role)
    if (record === undefined) return [nothing, undefined]
    const chosen = valuesOf(choices, record, depth)
    return [chosen, chosen.data.length === 0 ? undefined : healthOf(choices, record, depth)]
  }
  const [primary, primaryHealth] = branch('PRIMARY')
  const [secondary, secondaryHealth] = branch('SECONDARY')
  const { Name = '', Type = 'A' } = group[0] ?? {}
  const decide = choices.health.failover
  const answer =
    decide === undefined
      ? failover(primaryHealth, secondaryHealth)
      : decide({ name: nameFromRoute53(Name), type: Type }, primaryHealth, secondaryHealth)
  if (answer === undefined) return nothing
  const { ttlSeconds, data } = answer.answered === 'PRIMARY' ? primary : secondary
  return { ttlSeconds: Math.min(ttlSeconds, answer.ttlSecondsMax ?? ttlSeconds), data, failover: answer }
}

function valuesOf(choices: Choices, record: Route53RecordSet, depth: number): Chosen {
  const alias = aliasOf(choices, record)
  if (alias === undefined) return { ttlSeconds: record.TTL ?? 0, data: dataOf(record) }
  if (alias.balancer !== undefined) {
    const { code } = codecOfType(record.Type)
    return alias.balancer.addresses.find(addresses => addresses.code === code) ?? nothing
  }
  const { ttlSeconds, data } = chooseRecords(choices, alias.group, depth + 1)
  return { ttlSeconds, data }
}

function healthOf(choices: Choices, record: Route53RecordSet, depth: number): Verdict {
  const alias = aliasOf(choices, record)
  const { HealthCheckId } = record
  return recordHealth({
    healthCheck: HealthCheckId === undefined ? undefined : choices.health.healthCheck(HealthCheckId),
    alias:
      alias === undefined
        ? undefined
        : {
            evaluateTargetHealth: record.AliasTarget?.EvaluateTargetHealth === true,
            target: targetHealth(choices, alias, depth),
          },
  })
}

function targetHealth(choices: Choices, alias: Alias, depth: number): Verdict {
  if (alias.balancer !== undefined) {
    const { loadBalancer } = alias.balancer
    const { healthy, reason } = choices.health.loadBalancer(loadBalancer)
    return { healthy, reason: `${loadBalancer}: ${reason}` }
  }
  if (depth >= aliasDepthMax) return { healthy: false, reason: 'aliases go too deep' }
  return groupHealth(alias.group.map(record => healthOf(choices, record, depth + 1)))
}

interface Alias {
  readonly balancer: NamedBalancer | undefined
  readonly group: readonly Route53RecordSet[]
}

/** Undefined for a record with values of its own. An alias leads to a load balancer or to records of its own type in its zone. */
function aliasOf(choices: Choices, record: Route53RecordSet): Alias | undefined {
  if (record.AliasTarget?.DNSName === undefined) return undefined
  const target: Name = nameFromRoute53(record.AliasTarget.DNSName)
  // AWS's console writes `dualstack.` before a load balancer's name; it means the same load balancer.
  const balancer =
    choices.balancers.get(nameKey(target)) ??
    choices.balancers.get(nameKey(target.replace(/^dualstack\./, '')))
  return { balancer, group: choices.groups.get(groupKey(nameKey(target), record.Type)) ?? [] }
}
