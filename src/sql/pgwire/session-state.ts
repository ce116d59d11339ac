import type { EverportError } from '../../base/errors.ts'
import type { ScramExchange } from '../auth/scram-server.ts'
import type { ScramVerifier } from '../auth/scram-verifier.ts'
import type {
  Execution,
  Format,
  ParameterValue,
  PreparedStatement,
  RowBatch,
  SessionOptions,
  StatementUse,
} from '../engine/engine.ts'
import type { SessionCommand } from '../statements/classify.ts'
import type { CopyOptions } from '../statements/copy-options.ts'
import type { DeclareCommand, FetchCommand } from '../statements/cursor-commands.ts'
import type { InnerQuery } from '../statements/inner-query.ts'
import type { PrepareCommand } from '../statements/prepare-commands.ts'
import type { SettingCall } from '../statements/setting-calls.ts'
import type { StatementText } from '../statements/split.ts'
import type { CancelKey } from './cancel-key.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import type { PgwireLimits } from './limits.ts'
import type { BackendMessage } from './messages/backend.ts'
import type { FrontendMessage, StartupPacket } from './messages/frontend.ts'
import { initialSettings, type SessionSettings, type SettingValues } from './session-settings.ts'

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

/** See the table in session.ts. */
export type SessionState =
  | { readonly kind: 'startup'; readonly asked: readonly string[] }
  | { readonly kind: 'securing'; readonly asked: readonly string[]; readonly isDirect: boolean }
  | { readonly kind: 'finding' }
  | {
      readonly kind: 'sasl'
      readonly verifier: ScramVerifier
      readonly isKnown: boolean
      readonly nonce: string
    }
  | { readonly kind: 'proof'; readonly exchange: ScramExchange; readonly isKnown: boolean }
  | { readonly kind: 'refusing'; readonly error: EverportError }
  | { readonly kind: 'opening' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running'; readonly job: Job }
  | { readonly kind: 'skipping' }
  | { readonly kind: 'ended' }

/** What the engine is busy with. */
export type Job =
  | { readonly kind: 'parse'; readonly name: string; readonly text: string; readonly use: EngineUse }
  | {
      readonly kind: 'prepare'
      readonly query: SimpleQuery
      readonly statement: StatementText
      readonly use: EngineUse
    }
  | { readonly kind: 'run'; readonly run: Run }
  /** PREPARE. */
  | { readonly kind: 'keep'; readonly run: Run; readonly command: PrepareCommand }
  /** EXECUTE, whose values are computed before the statement runs. */
  | { readonly kind: 'evaluate'; readonly run: Run; readonly statement: Statement }

/** The rest of a simple query. */
export interface SimpleQuery {
  readonly text: string
  readonly statements: readonly StatementText[]
  next: number
}

/**
 * What the rows of the engine's query are for: the client (`rows`), COPY TO STDOUT, or a cursor that DECLARE makes and FETCH reads.
 */
export type EngineUse =
  | {
      readonly kind: 'rows'
      /** What the engine is asked in the place of the statement. */
      readonly query?: InnerQuery
      readonly sets?: readonly SettingCall[]
    }
  | { readonly kind: 'copy'; readonly query: InnerQuery; readonly options: CopyOptions }
  | DeclareCommand

/** One Execute, or one statement of a simple query. */
export interface Run {
  readonly portal: Portal
  /** The portal reads the rows of a cursor. */
  readonly reading: CursorReading | undefined
  readonly copy: CopyEncoder | undefined
  /** Infinity: no limit. */
  rowsLeft: number
  rowsSent: number
  /** Where the run has changed settings: those to return to if it fails. */
  settingsBefore?: SessionSettings
  readonly query: SimpleQuery | undefined
  readonly statement: StatementText | undefined
}

/** Who answers a statement. A portal outlives the statement that it was made from, so the engine's half is counted. */
export type StatementSource =
  | {
      readonly kind: 'engine'
      readonly prepared: PreparedStatement
      readonly use: EngineUse
      references: number
    }
  | { readonly kind: 'session'; readonly command: SessionCommand }
  | { readonly kind: 'empty' }

export interface Statement {
  readonly source: StatementSource
  readonly parameterTypeOids: readonly number[]
  /** As the client sent it. */
  readonly text: string
  /** By PREPARE, rather than by a Parse message. */
  readonly isFromSql: boolean
  /** By the shell's clock. */
  readonly preparedAt: number
}

/** EXECUTE puts the statement that it names, and its values, in the place of its own. */
export interface Portal {
  source: StatementSource
  parameters: readonly ParameterValue[]
  /** One a column. */
  readonly resultFormats: readonly Format[]
  progress: PortalProgress
  /** Undefined for a portal that Bind made. */
  readonly cursor: Cursor | undefined
}

/** What DECLARE adds to a portal. */
export interface Cursor {
  readonly name: string
  readonly isBinary: boolean
  /** WITH HOLD: stays after COMMIT. */
  readonly isHeld: boolean
  /** The transaction block that declared it; what is rolled back was never declared. */
  readonly block: TransactionBlock | undefined
  /** Formats of the columns, which the first FETCH decides. */
  formats: readonly Format[] | undefined
  /** Of the row that was read last, counted from 1; 0 before the first. */
  position: number
  isAtEnd: boolean
}

/** What a FETCH or MOVE still wants of a cursor. */
export interface CursorReading {
  readonly command: FetchCommand
  readonly cursor: Portal
  /** Rows that are passed over first. */
  skip: number
  /** Rows behind them; Infinity is all. */
  left: number
  /** Rows read so far, without those passed over. */
  count: number
}

export type PortalProgress =
  | { readonly kind: 'new' }
  | { readonly kind: 'open'; readonly execution: Execution }
  /** An answer of the session itself. */
  | {
      readonly kind: 'rows'
      readonly rows: readonly (readonly string[])[]
      readonly next: number
      readonly tag: string
    }
  | { readonly kind: 'reading'; readonly reading: CursorReading }
  | { readonly kind: 'done' }

/** `before`: the settings to return to. */
export interface TransactionBlock {
  failed: boolean
  readonly before: SettingValues
  /** By the shell's clock. */
  readonly startedAt: number
  savepoints: readonly {
    readonly name: string
    readonly settings: SessionSettings
    /** Cursors that were open then. */
    readonly portals: ReadonlySet<Portal>
  }[]
}

/** What the server asks of encryption and of certificates. */
export interface TlsPolicy {
  /** `off`: refused. `required`: nobody logs in without. */
  readonly mode: 'off' | 'offered' | 'required'
  readonly clientCertificates: ClientCertificateRule
  /** Common names of certificates, and the users that they stand for; a name that is not listed stands for itself. */
  readonly users: ReadonlyMap<string, string>
}

/**
 * What a client's certificate is for.
 *   off          none is asked for
 *   verify-ca    one that the authorities vouch for must be shown, beside the password
 *   verify-full  and it must be the user's
 *   login        the user's certificate stands in for the password
 */
export type ClientCertificateRule = 'off' | 'verify-ca' | 'verify-full' | 'login'

/** What is known of a session's encryption. */
export interface TlsFacts {
  /** The application protocol that was chosen (ALPN). */
  readonly protocol: string | undefined
  /** Channel binding of the server's certificate. */
  readonly binding: Uint8Array | undefined
  /** Of the client's certificate; undefined when it showed none. */
  readonly commonName: string | undefined
}

export interface Login {
  readonly user: string
  readonly database: string
}

/** One client's. Only nextSession changes it. */
export interface Session {
  readonly key: CancelKey
  readonly limits: PgwireLimits
  /** The one database there is. */
  readonly database: string
  readonly nodeName: string
  readonly tlsPolicy: TlsPolicy
  state: SessionState
  /** Undefined: in clear text. */
  tls: TlsFacts | undefined
  /** The minor version of protocol 3 that both speak. */
  minorVersion: number
  login: Login | undefined
  /** Why nobody gets in now. */
  refusal: EverportError | undefined
  settings: SessionSettings
  /** What the client was last told of its settings. */
  reported: SettingValues
  transaction: TransactionBlock | undefined
  readonly statements: Map<string, Statement>
  readonly portals: Map<string, Portal>
  /** Extended-query messages have come since the last Sync. */
  isInSeries: boolean
  isDraining: boolean
  isTimed: boolean
  isIdleTimed: boolean
  cancelReason: CancelReason | undefined
  /** When what happens now happened, by the shell's clock; the shell sets it before each event. */
  now: number
  /** What the client asked for last. */
  asked: { readonly text: string; readonly at: number } | undefined
}

export interface SessionStart {
  readonly key: CancelKey
  readonly limits: PgwireLimits
  readonly database: string
  /** Shown as setting `everport.node`. */
  readonly nodeName?: string
  readonly refusal?: EverportError
  readonly tlsPolicy?: TlsPolicy
}

export const noTls: TlsPolicy = { mode: 'off', clientCertificates: 'off', users: new Map() }

export function createSession(start: SessionStart): Session {
  return {
    key: start.key,
    limits: start.limits,
    database: start.database,
    nodeName: start.nodeName ?? '',
    tlsPolicy: start.tlsPolicy ?? noTls,
    state: { kind: 'startup', asked: [] },
    tls: undefined,
    minorVersion: 0,
    login: undefined,
    refusal: start.refusal,
    settings: initialSettings,
    reported: initialSettings.current,
    transaction: undefined,
    statements: new Map(),
    portals: new Map(),
    isInSeries: false,
    isDraining: false,
    isTimed: false,
    isIdleTimed: false,
    cancelReason: undefined,
    now: 0,
    asked: undefined,
  }
}

/** While a session waits for the shell, messages of the client wait too. */
export function isWaiting(session: Session): boolean {
  const { kind } = session.state
  return waitingStates.has(kind)
}

const waitingStates: ReadonlySet<SessionState['kind']> = new Set([
  'securing',
  'finding',
  'refusing',
  'opening',
  'running',
])

export function isLoggedIn(session: Session): boolean {
  const { kind } = session.state
  return kind === 'ready' || kind === 'running' || kind === 'skipping'
}
