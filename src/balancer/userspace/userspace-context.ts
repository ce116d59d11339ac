import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { EngineEvents } from '../engine.ts'
import type { Routing } from '../selection/routing.ts'
import type { CounterBook } from './counter-book.ts'
import type { FlowTable } from './flow-table.ts'
import type { ConnectionRoom, UserspaceLimits } from './limits.ts'
import type { TlsIdentities } from './tls-identities.ts'

/** What the parts of the engine share. */
export interface UserspaceContext {
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly events: EngineEvents
  readonly limits: UserspaceLimits
  readonly room: ConnectionRoom
  readonly counters: CounterBook
  readonly flows: FlowTable
  readonly identities: TlsIdentities
  /** What is worked by now; undefined before the first snapshot. */
  routes(): Routing | undefined
  isClosed(): boolean
  /** Whether one more flow of that listener may begin; makes room where something may be given up for it. */
  hasRoom(port: number): boolean
  /** A flow, or a client that waited for one, is gone. */
  settle(): void
  /** The target's counters are forgotten when it is neither registered nor in use. */
  forget(targetKey: string): void
}
