/** What rules look at in a request. Header names are lower-case. */
export interface RequestFacts {
  readonly protocol: 'http' | 'https'
  /** Of the listener. */
  readonly port: number
  readonly method: string
  /** As the client sent it, with its port where it has one. */
  readonly host: string
  /** Begins with a slash; without the query. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly sourceAddress: string
}
