import type { RecordSetDocument } from '../../resources/dns.ts'
import type { Choice } from './decision.ts'

/** How one of several record sets of a name and type is chosen: Route 53's routing policies. */
export type Policy =
  | 'simple'
  | 'failover'
  | 'weighted'
  | 'multivalue'
  | 'latency'
  | 'geolocation'
  | 'ip-based'
  | 'geoproximity'

type Fields = RecordSetDocument['ResourceRecordSet']

/** By the element whose presence selects it; `MultiValueAnswer: false` is as good as absent. */
export function policyOf(record: Fields): Policy {
  if (record.Failover !== undefined) return 'failover'
  if (record.Weight !== undefined) return 'weighted'
  if (record.MultiValueAnswer === true) return 'multivalue'
  if (record.Region !== undefined) return 'latency'
  if (record.GeoLocation !== undefined) return 'geolocation'
  if (record.CidrRoutingConfig !== undefined) return 'ip-based'
  return record.GeoProximityLocation === undefined ? 'simple' : 'geoproximity'
}

/** A record set as a policy sees it. One that has nothing to give to anybody counts as absent. */
export interface Candidate {
  readonly record: Fields
  readonly healthy: boolean
  readonly isPresent: boolean
}

/** What a policy says of a group, before the query is known. */
export interface Routing {
  readonly choice: Choice
  /** In words for an operator. */
  readonly reason: string
}

/**
 * "If no record is healthy, all records are healthy": the healthy in the policy's order, then the others in the same. The first that
 * has something to give is answered, so an unhealthy one is only when none is healthy.
 */
export function healthyFirst(order: readonly number[], candidates: readonly Candidate[]): number[] {
  const present = order.filter(index => candidates[index]?.isPresent === true)
  const isHealthy = (index: number): boolean => candidates[index]?.healthy === true
  return [...present.filter(isHealthy), ...present.filter(index => !isHealthy(index))]
}

export function indicesOf(candidates: readonly unknown[]): number[] {
  return candidates.map((_, index) => index)
}

/** Everything of the candidates that a choice by place may depend on. */
export function signatureOf(candidates: readonly Candidate[]): string {
  return JSON.stringify(
    candidates.map(({ record: { Region, GeoLocation, CidrRoutingConfig }, healthy, isPresent }) => [
      Region,
      GeoLocation,
      CidrRoutingConfig,
      healthy,
      isPresent,
    ]),
  )
}
