/** Where the second step may be made. Everything a standard client needs stands in the order in which it should be tried. */
export interface FlightPlaces {
  /** The name that clients reach the cluster by: the balancer's. */
  readonly advertisedHost: string
  /** Of the balancer and of every node. */
  readonly runtimePort: number
  /** This node's auxiliary port first, then those of the others of its cluster. */
  readonly auxiliaryPorts: readonly number[]
  /** No client is to be sent to an auxiliary port. */
  readonly singlePort: boolean
  readonly tls: boolean
}

/** Flight.proto: the connection on which GetFlightInfo was asked is as good. */
export const reuseConnection = 'arrow-flight-reuse-connection://?'

/**
 *   single port   places, in this order
 *   no            the auxiliary ports, own first; the connection at hand
 *   yes           the connection at hand; the runtime port, where the balancer has a living node when that one's is gone
 */
export function locationsOf(places: FlightPlaces, isSinglePortCall: boolean): string[] {
  const { advertisedHost, runtimePort, auxiliaryPorts, singlePort, tls } = places
  const scheme = tls ? 'grpc+tls' : 'grpc+tcp'
  const host = advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost
  const at = (port: number): string => `${scheme}://${host}:${port}`
  return singlePort || isSinglePortCall
    ? [reuseConnection, at(runtimePort)]
    : [...auxiliaryPorts.map(at), reuseConnection]
}
