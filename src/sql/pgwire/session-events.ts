import type { EverportError } from '../../base/errors.ts'
import type { ScramVerifier } from '../auth/scram-verifier.ts'
import type {
  Execution,
  Format,
  ParameterValue,
  PreparedStatement,
  RowBatch,
  RowsWanted,
  SessionOptions,
  StatementUse,
} from '../engine/engine.ts'
import type { CancelKey } from './cancel-key.ts'
import type { BackendMessage } from './messages/backend.ts'
import type { FrontendMessage, StartupPacket } from './messages/frontend.ts'
import type { SettingValues } from './session-settings.ts'
import type { TlsFacts } from './tls-policy.ts'

/** What happens to a session: the client said something, the engine answered, or time and operators want something. */
export type SessionEvent =
  | { readonly kind: 'packet'; readonly packet: StartupPacket }
  /** The client begins with a TLS handshake, without asking. */
  | { readonly kind: 'directTls' }
  | { readonly kind: 'secured'; readonly tls: TlsFacts }
  | { readonly kind: 'message'; readonly message: FrontendMessage }
  /** A message whose body is wrong; its frame was whole. */
  | { readonly kind: 'malformed'; readonly type: string; readonly error: EverportError }
  /** The byte stream cannot be followed any further. */
  | { readonly kind: 'broken'; readonly error: EverportError }
  | {
      readonly kind: 'verifier'
      readonly verifier: ScramVerifier
      readonly isKnown: boolean
      readonly nonce: string
      /** Settings that the role's sessions begin with. */
      readonly defaults?: SettingValues
    }
  /** The time that a refused login is made to wait is over. */
  | { readonly kind: 'refusalDue' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'prepared'; readonly statement: PreparedStatement }
  | { readonly kind: 'values'; readonly values: readonly ParameterValue[] }
  | { readonly kind: 'executing'; readonly execution: Execution }
  | { readonly kind: 'rows'; readonly batch: RowBatch }
  /** The result has ended, and ended well. */
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly error: EverportError }
  | { readonly kind: 'cancel'; readonly reason: CancelReason }
  | { readonly kind: 'loginTimeout' }
  /** The client has been silent as long as it may. */
  | { readonly kind: 'idleTimeout' }
  /** Something to tell the client while its statement is under way. */
  | { readonly kind: 'notice'; readonly message: string; readonly detail: string }
  /** The connection is gone. */
  | { readonly kind: 'lost' }
  /** The server wants to stop: finish what runs, then go. */
  | { readonly kind: 'drain' }
  /** The server stops now. */
  | { readonly kind: 'stop' }

/** What the shell is to do, in this order. The outcome of `startTls` … `fetch` comes back as one event. */
export type Effect =
  | { readonly kind: 'send'; readonly message: BackendMessage }
  | { readonly kind: 'sendRows'; readonly batch: RowBatch }
  /** A handshake on this connection. The outcome comes back as `secured` or `lost`. */
  | { readonly kind: 'startTls'; readonly isDirect: boolean }
  | { readonly kind: 'findVerifier'; readonly user: string }
  /** Ask for `refusalDue` after so long. */
  | { readonly kind: 'refuseLater'; readonly delayMs: number }
  | { readonly kind: 'openEngine'; readonly options: SessionOptions }
  | {
      readonly kind: 'prepare'
      readonly text: string
      readonly parameterTypeOids: readonly number[]
      readonly use?: StatementUse
    }
  /** Compute the one row of a query: `values`, in text format. */
  | { readonly kind: 'evaluate'; readonly text: string }
  | {
      readonly kind: 'execute'
      readonly statement: PreparedStatement
      readonly parameters: readonly ParameterValue[]
      readonly resultFormats: readonly Format[]
      readonly wanted: RowsWanted
    }
  | { readonly kind: 'fetch'; readonly execution: Execution; readonly rowsMax: number }
  | { readonly kind: 'closeExecution'; readonly execution: Execution }
  | { readonly kind: 'closeStatement'; readonly statement: PreparedStatement }
  | { readonly kind: 'cancelEngine' }
  /** Ask for a `cancel` event with reason 'timeout' after so long; a new one replaces the last. 0 takes it back. */
  | { readonly kind: 'statementTimeout'; readonly timeoutMs: number }
  /** Ask for an `idleTimeout` event after so long; 0 takes it back. */
  | { readonly kind: 'idleTimeout'; readonly timeoutMs: number }
  /** The connection ends when the request has been passed on. */
  | { readonly kind: 'cancelOther'; readonly key: CancelKey }
  | { readonly kind: 'cancelForwarded'; readonly sealed: Uint8Array }
  /** Send what is buffered, close the connection, free everything. */
  | { readonly kind: 'end' }

export type CancelReason = 'user' | 'timeout'
