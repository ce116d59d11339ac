/** Since the server started; plain numbers, for metrics. */
export interface PgwireCounters {
  connectionsAccepted: number
  /** Made room for others before they logged in. */
  handshakesEvicted: number
  /** Handshakes that came to a session, and those that did not. */
  tlsSessions: number
  tlsFailures: number
  loginsSucceeded: number
  loginsRefused: number
  statementsExecuted: number
  rowsSent: number
  errorsSent: number
  cancelsReceived: number
  /** Passed on to other nodes, and taken from them. */
  cancelsForwarded: number
  cancelsTakenOver: number
  /** More came in a second than are looked at. */
  cancelsIgnored: number
  bytesReceived: number
  bytesSent: number
  slowReadersClosed: number
}

export function createCounters(): PgwireCounters {
  return {
    connectionsAccepted: 0,
    handshakesEvicted: 0,
    tlsSessions: 0,
    tlsFailures: 0,
    loginsSucceeded: 0,
    loginsRefused: 0,
    statementsExecuted: 0,
    rowsSent: 0,
    errorsSent: 0,
    cancelsReceived: 0,
    cancelsForwarded: 0,
    cancelsTakenOver: 0,
    cancelsIgnored: 0,
    bytesReceived: 0,
    bytesSent: 0,
    slowReadersClosed: 0,
  }
}
