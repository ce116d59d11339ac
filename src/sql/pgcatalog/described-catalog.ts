/** What an instance of the engine serves, as it describes itself. */
export interface DescribedCatalog {
  readonly database: string
  readonly schemas: readonly { readonly name: string; readonly comment: string | undefined }[]
  readonly views: readonly DescribedView[]
  readonly settings: readonly { readonly name: string; readonly value: string }[]
}

export interface DescribedView {
  readonly schema: string
  readonly name: string
  /** The query behind AS. */
  readonly definition: string
  readonly comment: string | undefined
  readonly columns: readonly DescribedColumn[]
}

export interface DescribedColumn {
  readonly name: string
  /** The engine's name of its type. */
  readonly type: string
  readonly comment: string | undefined
}
