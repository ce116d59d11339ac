/** Under `events/<area>/<id>`: what happened, oldest first. Ids sort by time. */
export interface EventDocument {
  /** ISO 8601. */
  readonly at: string
  /** The role that tells. */
  readonly by: string
  /** For example 'failover switched'. */
  readonly event: string
  /** What it happened to, for example `data.demo.test. A`. */
  readonly subject: string
  readonly reason: string
  /** What it was decided by, one line each: probe results, the words of supervisors. */
  readonly evidence: readonly string[]
}

export const eventLimits = {
  /** Of one area; the oldest go first. */
  eventsMax: 1_000,
  /** Not yet in the store; more than this, and the oldest are lost. */
  waitingMax: 200,
  evidenceMax: 20,
} as const

export const eventsPrefix = 'events/'
export const dnsEventsPrefix = 'events/dns/'
export const processEventsPrefix = 'events/process/'
export const balancerEventsPrefix = 'events/balancer/'
