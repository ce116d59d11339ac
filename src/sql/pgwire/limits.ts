/** Everything one server and its sessions may hold. A client that passes one is told so, with the SQLSTATE named here. */
export interface PgwireLimits {
  /** Sessions that are logged in. 53300. */
  readonly connectionsMax: number
  /** Connections that are not logged in yet. The one that waits longest makes room for the next. */
  readonly handshakesMax: number
  /** From accept to the first ReadyForQuery. */
  readonly loginTimeoutMs: number
  /** How long a wrong password is made to wait for its answer: who guesses gets so few tries from each connection. */
  readonly refusalDelayMs: number
  /** As PostgreSQL's MAX_STARTUP_PACKET_LENGTH. 08P01. */
  readonly startupBytesMax: number
  /** One message of a client that is not logged in. 54000, and the connection ends. */
  readonly loginMessageBytesMax: number
  /** One message. 54000, and the connection ends. */
  readonly messageBytesMax: number
  /** Received while a query runs, and not looked at yet; beyond it the socket is not read. */
  readonly pendingBytesMax: number
  /** Waiting in the socket to be sent; beyond it the session does nothing more. */
  readonly outputBytesMax: number
  /** A client that takes nothing for so long is disconnected. */
  readonly writeTimeoutMs: number
  /** After so long without a byte the system asks whether the client is still there. */
  readonly keepAliveMs: number
  /** From the last message to the end of the connection, when the client has it and does not close … */
  readonly lingerMs: number
  /** … and when the client has not even taken it. */
  readonly closeTimeoutMs: number
  /** Rows asked of the engine at a time. */
  readonly batchRowsMax: number
  /** Of one statement's text, in UTF-16 units. 54000. */
  readonly statementCharactersMax: number
  /** Named prepared statements of a session. 53400. */
  readonly statementsMax: number
  /** Portals of a session. 53400. */
  readonly portalsMax: number
  /** Of one statement; the protocol counts them in 16 bits. 54000. */
  readonly parametersMax: number
  /** Savepoints of one transaction. 53400. */
  readonly savepointsMax: number
  /** Cancel requests that are looked at in a second: who guesses keys gets no further. More are ignored, as wrong ones are. */
  readonly cancelsPerSecondMax: number
  /** Settings that a session has changed. 53400. */
  readonly settingsMax: number
}

export const defaultPgwireLimits: PgwireLimits = {
  connectionsMax: 200,
  handshakesMax: 8_192,
  loginTimeoutMs: 10_000,
  refusalDelayMs: 250,
  startupBytesMax: 10_000,
  loginMessageBytesMax: 16 * 1024,
  messageBytesMax: 64 * 1024 * 1024,
  pendingBytesMax: 1024 * 1024,
  outputBytesMax: 256 * 1024,
  writeTimeoutMs: 60_000,
  keepAliveMs: 30_000,
  lingerMs: 250,
  closeTimeoutMs: 5_000,
  batchRowsMax: 2_048,
  statementCharactersMax: 1024 * 1024,
  statementsMax: 1_000,
  portalsMax: 100,
  parametersMax: 65_535,
  savepointsMax: 1_000,
  cancelsPerSecondMax: 500,
  settingsMax: 200,
}
