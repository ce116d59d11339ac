import type { DescribedView } from './described-catalog.ts'

/** A row by its columns; what is missing is null, or PostgreSQL's zero where a column is never null. */
export type Row = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>
/** Rows by relation, `pg_catalog.pg_class`. */
export type CatalogRows = ReadonlyMap<string, readonly Row[]>

/** The role that owns everything, PostgreSQL's bootstrap role by its OID. */
export const owner = { oid: 10, name: 'everport' } as const
/** OIDs of the catalogs that descriptions name. */
export const classOids = { pg_class: 1_259, pg_namespace: 2_615 } as const

/** A view with its OIDs. */
export interface KnownView extends DescribedView {
  readonly oid: number
  readonly rowTypeOid: number
}
