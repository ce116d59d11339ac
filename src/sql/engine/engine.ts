import type { ArrowField } from '../arrow/arrow-field.ts'

/**
 * The seam between the PostgreSQL session and whatever runs queries. Every rejection is an EverportError with the SQLSTATE that
 * PostgreSQL would give; a result that ends early because something failed rejects, it is never a short result.
 */

import type { Node } from 'libpg-query'
import type { EverportError } from '../../base/errors.ts'
import type { RelationName } from '../dialect/translation.ts'
import type { Row } from '../pgcatalog/row.ts'

/** A result column as PostgreSQL describes it (RowDescription). */
export interface Column {
  readonly name: string
  /** PostgreSQL type OID, size (-1 variable) and modifier (-1 none). */
  readonly typeOid: number
  readonly typeSize: number
  readonly typeModifier: number
  /** The same column as Arrow describes it; absent where an engine has rows for PostgreSQL only. */
  readonly arrowField?: () => ArrowField
}

/** PostgreSQL's wire formats: 0 text, 1 binary. */
export type Format = 0 | 1

/** Formats of a result: PostgreSQL rows, with a format for each column as a Bind message gives them, or Arrow record batches. */
export type ResultFormats = readonly Format[] | 'arrow'

/** A parameter as the client sent it, or null. */
export type ParameterValue = { readonly format: Format; readonly bytes: Uint8Array } | null

export interface SessionOptions {
  readonly user: string
  readonly database: string
  readonly applicationName: string
  /** As the client knows its session: pg_backend_pid(). */
  readonly processId?: number
  readonly clientAddress?: string
  /** What a setting of the session is at this moment. */
  readonly setting?: (name: string) => string
  /** Those that are not what they are at first, by their names in lower case. */
  readonly changedSettings?: () => ReadonlyMap<string, string>
  /** Tells the client something that is no answer, while a statement of it is under way. */
  readonly notice?: (message: string, detail: string) => void
  /** What it has prepared under a name. */
  readonly preparedNames?: () => readonly PreparedName[]
  /** Whether the client has begun a transaction block. */
  readonly inTransaction?: () => boolean
  /** What its role may read; everything without it. */
  readonly rights?: StatementRights
  /** What a query of the session may use, asked before each. */
  readonly bounds?: () => QueryMemoryBounds
}

/** One session of a node, as pg_stat_activity and everport.sessions show it. */
export interface SessionActivity {
  readonly processId: number
  readonly user: string
  readonly applicationName: string
  readonly clientAddress: string
  readonly clientPort: number
  readonly state: 'starting' | 'idle' | 'active' | 'idle in transaction' | 'idle in transaction (aborted)'
  /** How long the session is open, and in this state. */
  readonly sessionMs: number
  readonly stateMs: number
  /** What it asked for last, cut; empty before the first statement. */
  readonly query: string
  /** How long ago that was, and since when its transaction is open; undefined when there was none. */
  readonly queryMs: number | undefined
  readonly transactionMs: number | undefined
}

/** A prepared statement of a session. */
export interface PreparedName {
  readonly name: string
  readonly statement: string
  readonly ageMs: number
  readonly parameterTypeOids: readonly number[]
  /** By PREPARE, rather than by the protocol. */
  readonly isFromSql: boolean
}

/** What a role may read at this moment. */
export interface StatementRights {
  /** Another one: statements that are prepared are looked at again. */
  version(): number
  /** Also what nobody has looked at, such as statements in the engine's own dialect. */
  readsEverything(): boolean
  /** For one statement, by its tree. Throws 'insufficient_privilege' for what nobody but an admin may do. */
  reader(tree: Node): StatementReader
}

export interface StatementReader {
  /** What stands for a relation: undefined for itself, or a subquery in parentheses. Throws when it may not be read. */
  relation(name: RelationName): string | undefined
  /** Rows of a relation of the catalogs that change while the node runs; undefined for one that the catalog file determines. */
  catalogRows(path: string): readonly Row[] | undefined
  /** What a function over roles and rights is given behind its arguments, as SQL of the engine; undefined for all other functions. */
  functionFacts(name: string, args: readonly Node[]): string | undefined
  /** The text that was made holds rows of this moment: for another execution it is made anew. */
  isOfThisMoment(): boolean
  /** What is said of an error of the engine: a column that it does not know may be one that the role does not see. */
  refusal(error: EverportError): EverportError
}

export interface QueryMemoryBounds {
  readonly memoryMegabytes: number
  /** In temporary files. */
  readonly spillMegabytes: number
}

export interface Engine {
  openSession(options: SessionOptions): Promise<EngineSession>
  close(): Promise<void>
}

/** One client's. At most one execution reads at a time. */
export interface EngineSession {
  /** Parses and binds one statement without running it. Type OID 0, or a missing one, lets the engine choose. */
  prepare(
    statement: string,
    parameterTypeOids: readonly number[],
    use?: StatementUse,
  ): Promise<PreparedStatement>
  /** Ends what runs now with 'query_cancelled'; does nothing when nothing runs. A cancel that arrives early is not lost. */
  cancel(): void
  /** What its queries hold now, as the engine counts. Without it nobody knows. */
  memoryBytes?(): Promise<number>
  close(): Promise<void>
}

/**
 * `atOnce`: it is executed next, and nobody is told its columns before that: the engine may go by what it knows of an equal statement until then. The errors of
 * binding then come with the execution, as the others do.
 */
export type StatementUse = 'atOnce' | 'any'

export type RowsWanted = 'all' | 'asked'

export interface PreparedStatement {
  readonly parameterTypeOids: readonly number[]
  /** Undefined when the statement returns no rows. Of a statement for use `atOnce`, final when it is executed. */
  readonly columns: readonly Column[] | undefined
  /** The first word of CommandComplete: 'SELECT', 'EXPLAIN', 'SHOW' … */
  readonly commandTag: string
  /** `wanted`: `all` where every row is read as soon as there is one, so that a small result may come whole. Default `asked`. */
  execute(
    parameters: readonly ParameterValue[],
    resultFormats: ResultFormats,
    wanted?: RowsWanted,
  ): Promise<Execution>
  close(): void
}

/**
 * Ready for the wire: whole DataRow messages, or with 'arrow' one FlightData message, which is a record batch, or a dictionary, with no rows,
 * that later batches refer to. `bytes` is only valid until the next call of `next`; with 'arrow' until the call after that, so that one batch is made while
 * another is sent.
 */
export interface RowBatch {
  readonly bytes: Uint8Array
  readonly rowCount: number
}

export interface Execution {
  /** All its rows are there: `next` waits for nothing but its turn. */
  readonly isComputed?: boolean
  /**
   * All its rows, of an execution that has ended, and ended well: nothing is left to read or to close. The bytes stay as they are. Only where all rows were wanted, and seldom
   * then, if they are many.
   */
  readonly whole?: RowBatch
  /**
   * At most `rowsMax` further rows (with 'arrow', a batch of its own size); undefined when the result has ended, and ended well. Not asking is backpressure: the engine then stands still.
   */
  next(rowsMax: number): Promise<RowBatch | undefined>
  /** Ends early, or tidies up after the end. */
  close(): Promise<void>
}
