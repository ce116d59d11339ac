import type { Endpoint } from '../../base/network.ts'
import type { QueryEvent } from '../../sql/client/result.ts'
import type { TransactionStatus } from '../../sql/pgwire/messages/backend/ready-for-query.ts'

/**
 * One connection of either protocol, one statement at a time. What ends it is told in the terms of sql/client/postgres-error.ts, whichever
 * protocol it is.
 */
export interface SqlConnection {
  readonly at: Endpoint
  /** Why it is over, or undefined while it lives. */
  readonly lost: Error | undefined
  readonly transactionStatus: TransactionStatus
  /** The answer while it arrives. Whoever stops early cancels the statement. */
  stream(statement: string): AsyncIterable<QueryEvent>
  /** The node that answers, when it says so. */
  nodeName(): Promise<string | undefined>
  cancel(): Promise<void>
  close(): void
  /** Hangs up without a word. */
  destroy(): void
}
