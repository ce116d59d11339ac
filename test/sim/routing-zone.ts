import { below, choose, fraction, type Random, shuffled } from '../../src/base/random.ts'
import { balancerZoneId } from '../../src/resources/dns.ts'
import type { RecordSetFields } from '../../src/testing/dns-documents.ts'
import { between } from './world.ts'

export const routingZoneId = 'ZX'
export const checkIds = ['c0', 'c1', 'c2', 'c3']
export const regions = ['eu-west-1', 'us-east-1', 'ap-south-1']
export const cidrLocations = ['office', 'branch', 'lab']
export const places = [
  ['EU', 'DE', ''],
  ['EU', 'FR', ''],
  ['NA', 'US', 'CA'],
  ['NA', 'US', ''],
  ['AS', '', ''],
] as const

const geoLocations = [
  { ContinentCode: 'EU' },
  { ContinentCode: 'NA' },
  { CountryCode: 'DE' },
  { CountryCode: 'US' },
  { CountryCode: 'US', SubdivisionCode: 'CA' },
  { CountryCode: '*' },
] as const

/** Trees of every policy over each other, every leaf with an address of its own; now and then an alias that leads back up. */
export function randomZone(random: Random): { records: RecordSetFields[]; names: string[] } {
  let address = 0
  const levels = between(random, 1, 4)
  const names: string[][] = []
  const records: RecordSetFields[] = []
  const hasCircles = fraction(random) < 0.15
  for (let level = 0; level < levels; level++) {
    const here = Array.from({ length: between(random, 1, 4) }, (_, i) => `n${level}-${i}.demo.test.`)
    names.push(here)
    for (const Name of here) {
      const targets = hasCircles ? names.flat() : names.slice(0, -1).flat()
      for (const selector of randomPolicy(random)) {
        const isPlain = selector.MultiValueAnswer === true || fraction(random) < (level === 0 ? 0.8 : 0.35)
        const DNSName = isPlain
          ? undefined
          : fraction(random) < 0.25
            ? randomBalancer(random)
            : choose(random, targets)
        const check = fraction(random) < 0.7 ? { HealthCheckId: choose(random, checkIds) ?? 'c0' } : {}
        const values = Array.from(
          { length: selector.MultiValueAnswer === true || fraction(random) < 0.8 ? 1 : 3 },
          () => address++,
        )
        records.push({
          Name,
          Type: 'A',
          ...selector,
          ...check,
          ...(DNSName === undefined
            ? { TTL: 60, ResourceRecords: values.map(n => ({ Value: `10.9.${n >> 8}.${n & 255}` })) }
            : {
                AliasTarget: {
                  HostedZoneId: targetZone(DNSName),
                  DNSName,
                  EvaluateTargetHealth: fraction(random) < 0.7,
                },
              }),
        })
      }
    }
  }
  return { records, names: names.flat() }
}

function targetZone(name: string): string {
  return name.endsWith('.elb.demo.test.') ? balancerZoneId : routingZoneId
}

/** One of them does not exist. */
function randomBalancer(random: Random): string {
  return `${choose(random, ['active', 'passive', 'gone']) ?? 'gone'}.elb.demo.test.`
}

function randomPolicy(random: Random): Partial<RecordSetFields>[] {
  const some = <T>(items: readonly T[]): T[] =>
    shuffled(random, items).slice(0, between(random, 1, items.length))
  const numbered = (selectors: readonly Partial<RecordSetFields>[]): Partial<RecordSetFields>[] =>
    selectors.map((selector, i) => ({ SetIdentifier: `s${i}`, ...selector }))
  switch (below(random, 7)) {
    case 0:
      return numbered(some([{ Failover: 'PRIMARY' }, { Failover: 'SECONDARY' }]))
    case 1:
      return numbered(
        Array.from({ length: between(random, 1, 4) }, () => ({
          Weight: choose(random, [0, 0, 1, 10, 255]) ?? 0,
        })),
      )
    case 2:
      return numbered(Array.from({ length: between(random, 1, 11) }, () => ({ MultiValueAnswer: true })))
    case 3:
      return numbered(
        some(regions).map(Region => ({ Region: Region as NonNullable<RecordSetFields['Region']> })),
      )
    case 4:
      return numbered(some(geoLocations).map(GeoLocation => ({ GeoLocation })))
    case 5:
      return numbered(
        some([...cidrLocations, '*']).map(LocationName => ({
          CidrRoutingConfig: { CollectionId: 'cidr', LocationName },
        })),
      )
    default:
      return [{}]
  }
}
