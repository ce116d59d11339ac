import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { EngineEvents } from '../engine.ts'
import type { Routing } from '../selection/routing.ts'
import type { CounterBook } from '../userspace/counter-book.ts'
import type { RequestCounts } from './choose-target.ts'
import type { TargetAgents } from './target-agents.ts'

/** What everything that handles a request shares. */
export interface HttpContext {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly events: EngineEvents
  readonly limits: HttpLimits
  readonly counters: CounterBook
  readonly agents: TargetAgents
  readonly counts: RequestCounts & { begin(key: string): void; end(key: string): void }
  routes(): Routing | undefined
}

export interface HttpLimits {
  /** Of one listener; more are reset as they come. */
  readonly connectionsMax: number
  /** AWS: 64 KiB of request headers in all. */
  readonly headerBytesMax: number
  readonly connectTimeoutMs: number
  /** Targets tried for one request. */
  readonly attemptsMax: number
  /** A client's request line and headers must come within this. */
  readonly headersTimeoutMs: number
  readonly tlsTimeoutMs: number
}

export const httpLimits: HttpLimits = {
  connectionsMax: 6_000,
  headerBytesMax: 65_536,
  connectTimeoutMs: 1_000,
  attemptsMax: 4,
  headersTimeoutMs: 20_000,
  tlsTimeoutMs: 10_000,
}
