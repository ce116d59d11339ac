/** What an export needs to know beside the topology. */
export interface ExportFacts {
  /** Path of the catalog file on the nodes. */
  readonly catalogFile: string
}
