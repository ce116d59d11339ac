import type { EverportError } from '../../base/errors.ts'
import type { ScramExchange } from '../auth/scram-server.ts'
import type { ScramVerifier } from '../auth/scram-verifier.ts'
import type { PrepareCommand } from '../statements/prepare-commands.ts'
import type { StatementText } from '../statements/split.ts'
import type { CancelKey } from './cancel-key.ts'
import type { PgwireLimits } from './limits.ts'
import type { EngineUse, Portal, Run, SimpleQuery, Statement, TransactionBlock } from './portal.ts'
import type { CancelReason } from './session-events.ts'
import { initialSettings, type SessionSettings, type SettingValues } from './session-settings.ts'
import { noTls, type TlsFacts, type TlsPolicy } from './tls-policy.ts'

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
