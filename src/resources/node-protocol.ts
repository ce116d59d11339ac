/** Bounds of the PostgreSQL port. */
export interface NodeProtocol {
  readonly messageMegabytesMax: number
  readonly statementCharactersMax: number
  readonly parametersMax: number
  /** Of one session. */
  readonly statementsMax: number
  readonly portalsMax: number
  readonly loginTimeoutMs: number
  readonly writeTimeoutMs: number
  readonly keepAliveMs: number
}
