export interface FlightCounters {
  connectionsAccepted: number
  connectionsRefused: number
  /** TLS alone. */
  handshakesFailed: number
  calls: number
  loginsFailed: number
  ticketsRefused: number
  bytesSent: number
  rowsSent: number
}

export const createFlightCounters = (): FlightCounters => ({
  connectionsAccepted: 0,
  connectionsRefused: 0,
  handshakesFailed: 0,
  calls: 0,
  loginsFailed: 0,
  ticketsRefused: 0,
  bytesSent: 0,
  rowsSent: 0,
})
