/** Where the second step may be made. Everything a standard client needs stands in the order in which it should be tried. */
export interface FlightPlaces {
  /** The name that clients reach the cluster by: the balancer's. */
  readonly advertisedHost: string
  /** This node's auxiliary port first, then those of the others of its cluster. */
  readonly auxiliaryPorts: readonly number[]
  readonly tls: boolean
}

/** Flight.proto: the connection on which GetFlightInfo was asked is as good. */
export const reuseConnection = 'arrow-flight-reuse-connection://?'

export function locationsOf({ advertisedHost, auxiliaryPorts, tls }: FlightPlaces): string[] {
  const scheme = tls ? 'grpc+tls' : 'grpc+tcp'
  const host = advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost
  return [...auxiliaryPorts.map(port => `${scheme}://${host}:${port}`), reuseConnection]
}
