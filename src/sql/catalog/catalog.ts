/** What a catalog file says, checked as far as that goes without the engine. */
export interface Catalog {
  /** Absolute path. */
  readonly file: string
  readonly source: string
  readonly statements: readonly CatalogStatement[]
  /** Absolute paths of the files that views read, and of the folders in which views name files by pattern. */
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

export interface CatalogStatement {
  readonly kind: 'view' | 'schema' | 'comment'
  /** As written, for messages: `late_cities`. */
  readonly name: string
  /** With absolute paths. */
  readonly sql: string
  /** Where an offset of `sql` stands in the file. */
  readonly sourceOffset: (offset: number) => number
  /** Offset of its first token in the file. */
  readonly start: number
}

export const emptyCatalog: Catalog = { file: '', source: '', statements: [], files: [], folders: [] }
