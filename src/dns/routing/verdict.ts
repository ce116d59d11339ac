import type { DecideFailover } from './failover.ts'

/** What was decided of something's health, and why, in words for an operator. */
export interface Verdict {
  readonly healthy: boolean
  readonly reason: string
}

/** Everything observed that routing looks at, decided already. */
export interface ObservedHealth {
  loadBalancer(name: string): Verdict
  /** One zone of a load balancer. */
  zone(loadBalancer: string, zone: string): Verdict
  /** A Route 53 health check, by id. */
  healthCheck(id: string): Verdict
  /** Which failover record is answered, by one who remembers (dns/switching). Absent: by failover.ts's table alone. */
  readonly failover?: DecideFailover
}

/** Health of nothing in particular: before anything is observed, and where health does not matter. */
export const allHealthy: ObservedHealth = {
  loadBalancer: () => ({ healthy: true, reason: 'assumed healthy' }),
  zone: () => ({ healthy: true, reason: 'assumed healthy' }),
  healthCheck: () => ({ healthy: true, reason: 'assumed healthy' }),
}
