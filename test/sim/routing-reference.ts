import type { RecordSetFields } from '../../src/testing/dns-documents.ts'

/**
 * What may be answered, written as plainly as the truth tables and without a look at how the servers do it: every query looks at every
 * record again. Only addresses as text, only what one process knows.
 */
export interface Known {
  readonly records: readonly RecordSetFields[]
  isCheckHealthy(id: string): boolean
  isBalancerHealthy(name: string): boolean
  /** Addresses that a load balancer's name gives now. */
  balancerAddresses(name: string): readonly string[]
  /** `continent`, `country`, `subdivision` of the client; undefined when nobody knows. */
  place(client: string): readonly [string, string, string] | undefined
  /** Locations of the blocks that hold the client, the longest block first. */
  locations(client: string): readonly string[]
  /** Milliseconds to a region; Infinity when there is no figure. */
  latency(client: string, region: string): number
}

/** `count` different values out of these. */
export interface Possible {
  readonly from: readonly string[]
  readonly count: number
}

const balancerSuffix = '.elb.demo.test.'

/** Everything that may be answered to a client; empty when nothing can. */
export function possibleAnswers(known: Known, name: string, client: string): Possible[] {
  return possibleOf(known, name, client, new Set())
}

function recordsAt(known: Known, name: string): RecordSetFields[] {
  return known.records.filter(record => record.Name === name)
}

function aliasOf(record: RecordSetFields): string | undefined {
  return record.AliasTarget?.DNSName
}

/** Names that aliases lead to from here, at any distance. */
function reach(known: Known, name: string): Set<string> {
  const seen = new Set<string>()
  const queue = [name]
  for (const at of queue) {
    for (const record of recordsAt(known, at)) {
      const target = aliasOf(record)
      if (target === undefined || target.endsWith(balancerSuffix) || seen.has(target)) continue
      seen.add(target)
      queue.push(target)
    }
  }
  return seen
}

/** On a circle, or on the way from one circle to another. */
function isCircular(known: Known, from: string, to: string): boolean {
  const names = new Set(known.records.map(record => record.Name))
  const onCircle = [...names].filter(name => reach(known, name).has(name))
  const comesFrom = onCircle.some(name => name === from || reach(known, name).has(from))
  const leadsTo = onCircle.some(name => name === to || reach(known, to).has(name))
  return comesFrom && leadsTo
}

/** Could it answer anybody? */
function isPresent(known: Known, record: RecordSetFields): boolean {
  const target = aliasOf(record)
  if (target === undefined) return (record.ResourceRecords?.length ?? 0) > 0
  if (target.endsWith(balancerSuffix))
    return known.balancerAddresses(target.slice(0, -balancerSuffix.length)).length > 0
  if (isCircular(known, record.Name, target)) return false
  return recordsAt(known, target).some(one => isPresent(known, one))
}

function isHealthy(known: Known, record: RecordSetFields): boolean {
  if (record.HealthCheckId !== undefined && !known.isCheckHealthy(record.HealthCheckId)) return false
  const target = aliasOf(record)
  if (target === undefined || record.AliasTarget?.EvaluateTargetHealth !== true) return true
  if (target.endsWith(balancerSuffix)) return known.isBalancerHealthy(target.slice(0, -balancerSuffix.length))
  if (isCircular(known, record.Name, target)) return false
  return recordsAt(known, target).some(one => isPresent(known, one) && isHealthy(known, one))
}

function possibleOf(known: Known, name: string, client: string, above: ReadonlySet<string>): Possible[] {
  const records = recordsAt(known, name).filter(record => isPresent(known, record))
  const given = (record: RecordSetFields): Possible[] =>
    givenBy(known, record, client, new Set([...above, name]))
  const [first] = records
  if (first === undefined) return []
  if (first.Failover !== undefined) {
    const primary = records.find(record => record.Failover === 'PRIMARY')
    const secondary = records.find(record => record.Failover === 'SECONDARY')
    const useSecondary =
      primary === undefined ||
      (!isHealthy(known, primary) && secondary !== undefined && isHealthy(known, secondary))
    const order = useSecondary ? [secondary, primary] : [primary, secondary]
    return firstThatGives(
      order.filter(record => record !== undefined),
      given,
    )
  }
  if (first.Weight !== undefined) {
    const groups = [
      records.filter(record => record.Weight !== 0 && isHealthy(known, record)),
      records.filter(record => record.Weight === 0 && isHealthy(known, record)),
      records.filter(record => record.Weight !== 0 && !isHealthy(known, record)),
      records.filter(record => record.Weight === 0 && !isHealthy(known, record)),
    ]
    return groups.map(group => group.flatMap(given)).find(all => all.length > 0) ?? []
  }
  if (first.MultiValueAnswer === true) {
    const healthy = records.filter(record => isHealthy(known, record))
    const from = (healthy.length > 0 ? healthy : records).flatMap(record => valuesOf(record))
    return [{ from, count: Math.min(8, from.length) }]
  }
  if (first.Region !== undefined) {
    const distance = (record: RecordSetFields): number => known.latency(client, record.Region ?? '')
    return byOrder(
      known,
      [...records].sort((a, b) =>
        distance(a) === distance(b)
          ? (a.Region ?? '') < (b.Region ?? '')
            ? -1
            : 1
          : distance(a) < distance(b)
            ? -1
            : 1,
      ),
      given,
    )
  }
  if (first.GeoLocation !== undefined) {
    const [continent = '?', country = '?', subdivision = '?'] = known.place(client) ?? []
    const order = [
      ...records.filter(
        ({ GeoLocation: geo }) => geo?.SubdivisionCode === subdivision && geo.CountryCode === country,
      ),
      ...records.filter(
        ({ GeoLocation: geo }) => geo?.SubdivisionCode === undefined && geo?.CountryCode === country,
      ),
      ...records.filter(({ GeoLocation: geo }) => geo?.ContinentCode === continent),
      ...records.filter(({ GeoLocation: geo }) => geo?.CountryCode === '*'),
    ]
    return byOrder(known, order, given)
  }
  if (first.CidrRoutingConfig !== undefined) {
    const locations = [...known.locations(client), '*']
    const order = locations.flatMap(location =>
      records.filter(record => record.CidrRoutingConfig?.LocationName === location),
    )
    return byOrder(known, order, given)
  }
  return given(first)
}

function byOrder(
  known: Known,
  order: readonly RecordSetFields[],
  given: (record: RecordSetFields) => Possible[],
): Possible[] {
  const healthy = order.filter(record => isHealthy(known, record))
  return firstThatGives([...healthy, ...order], given)
}

function firstThatGives(
  order: readonly RecordSetFields[],
  given: (record: RecordSetFields) => Possible[],
): Possible[] {
  for (const record of order) {
    const all = given(record)
    if (all.length > 0) return all
  }
  return []
}

function givenBy(
  known: Known,
  record: RecordSetFields,
  client: string,
  above: ReadonlySet<string>,
): Possible[] {
  const target = aliasOf(record)
  if (target === undefined) return [{ from: valuesOf(record), count: valuesOf(record).length }]
  if (target.endsWith(balancerSuffix)) {
    const addresses = known.balancerAddresses(target.slice(0, -balancerSuffix.length))
    return [{ from: addresses, count: addresses.length }]
  }
  return isCircular(known, record.Name, target) ? [] : possibleOf(known, target, client, above)
}

function valuesOf(record: RecordSetFields): string[] {
  return (record.ResourceRecords ?? []).map(({ Value = '' }) => Value)
}
