import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Random } from '../../base/random.ts'
import type { Engine } from '../engine/engine.ts'
import type { Authenticator } from './authenticate.ts'
import type { FlightPlaces } from './endpoints.ts'
import type { FlightCounters } from './flight-counters.ts'
import type { RunningQueries } from './running-queries.ts'
import type { Sealer } from './sealed-words.ts'
import type { ParameterRows } from './ticket.ts'

/** What the calls of one server share. */
export interface FlightContext {
  readonly engine: Engine
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly sealer: Sealer
  readonly authenticator: Authenticator
  readonly database: string
  /** Told to clients as the server's version. */
  readonly version: string
  /** Names the catalog that new sessions see. */
  catalogVersion(): string
  places(): FlightPlaces
  readonly running: RunningQueries
  readonly counters: FlightCounters
  /** Parameters of clients that do not take the new handle which DoPut gives them; this node alone knows these. */
  readonly bound: BoundParameters
  /** Asks the other nodes of the cluster to cancel a query. True when one of them had it. */
  cancelElsewhere(ticket: Buffer, user: string): Promise<boolean>
}

export interface BoundParameters {
  get(handle: string): ParameterRows | undefined
  set(handle: string, rows: ParameterRows): void
  delete(handle: string): void
}

/** One call's: who asks, and in which way. */
export interface FlightCall {
  readonly user: string
  /** The client cannot reach a second port. */
  readonly singlePort: boolean
  /** Another node asks on behalf of the user. */
  readonly isForwarded: boolean
}
