/** A result column as the server describes it. */
export interface ResultColumn {
  readonly name: string
  /** OID in pg_type, or 0 when it does not say. */
  readonly typeOid: number
}

/** Cells in text format; null is SQL NULL. */
export type Row = (string | null)[]

/** What a query answers, in the order it arrives. A statement without rows has no 'columns'. */
export type QueryEvent =
  | { readonly kind: 'columns'; readonly columns: readonly ResultColumn[] }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'complete'; readonly commandTag: string }

/** One statement's whole answer. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly Row[]
  /** `SELECT 3`, `SET`, or empty for an empty statement. */
  readonly commandTag: string
}
