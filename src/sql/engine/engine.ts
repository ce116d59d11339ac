/**
 * The seam between the PostgreSQL session and whatever runs queries. Every rejection is an EverportError with the SQLSTATE that
 * PostgreSQL would give; a result that ends early because something failed rejects, it is never a short result.
 */

/** A result column as PostgreSQL describes it (RowDescription). */
export interface Column {
  readonly name: string
  /** PostgreSQL type OID, size (-1 variable) and modifier (-1 none). */
  readonly typeOid: number
  readonly typeSize: number
  readonly typeModifier: number
}

/** PostgreSQL's wire formats: 0 text, 1 binary. */
export type Format = 0 | 1

/** A parameter as the client sent it, or null. */
export type ParameterValue = { readonly format: Format; readonly bytes: Uint8Array } | null

export interface SessionOptions {
  readonly user: string
  readonly database: string
  readonly applicationName: string
}

export interface Engine {
  openSession(options: SessionOptions): Promise<EngineSession>
  close(): Promise<void>
}

/** One client's. At most one execution reads at a time. */
export interface EngineSession {
  /** Parses and binds one statement without running it. Type OID 0, or a missing one, lets the engine choose. */
  prepare(statement: string, parameterTypeOids: readonly number[]): Promise<PreparedStatement>
  /** Ends what runs now with 'query_cancelled'; does nothing when nothing runs. A cancel that arrives early is not lost. */
  cancel(): void
  close(): Promise<void>
}

export interface PreparedStatement {
  readonly parameterTypeOids: readonly number[]
  /** Undefined when the statement returns no rows. */
  readonly columns: readonly Column[] | undefined
  /** The first word of CommandComplete: 'SELECT', 'EXPLAIN', 'SHOW' … */
  readonly commandTag: string
  execute(parameters: readonly ParameterValue[], resultFormats: readonly Format[]): Promise<Execution>
  close(): void
}

/** Whole DataRow messages, ready for the wire. `bytes` is only valid until the next call of `next`. */
export interface RowBatch {
  readonly bytes: Uint8Array
  readonly rowCount: number
}

export interface Execution {
  /**
   * At most `rowsMax` further rows; undefined when the result has ended, and ended well. Not asking is backpressure: the engine then stands still.
   */
  next(rowsMax: number): Promise<RowBatch | undefined>
  /** Ends early, or tidies up after the end. */
  close(): Promise<void>
}
