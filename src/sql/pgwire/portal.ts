import type { Execution, Format, ParameterValue, PreparedStatement } from '../engine/engine.ts'
import type { SessionCommand } from '../statements/classify.ts'
import type { CopyOptions } from '../statements/copy-options.ts'
import type { DeclareCommand, FetchCommand } from '../statements/cursor-commands.ts'
import type { InnerQuery } from '../statements/inner-query.ts'
import type { SettingCall } from '../statements/setting-calls.ts'
import type { StatementText } from '../statements/split.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import type { SessionSettings, SettingValues } from './session-settings.ts'

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
