import { addresses } from '../../test/compat/balancer-network.ts'

/** Ports that the balancers listen on, and what stands behind each. */
export const ports = {
  /** iperf3, of one target: its control connection and its streams must meet. */
  bulk: 5201,
  /** A web server that answers a few bytes. */
  web: 8080,
  /** Connections that are only kept, of both targets. */
  idle: 9000,
} as const

export type Service = keyof typeof ports

/** A second address of the first target. */
export const secondAddress = '10.77.10.3'

/**
 * The targets behind each. Those of the web are two addresses of one server: that of a direct connection is one as well, and two servers and a client
 * on two processors would measure how the scheduler shares them.
 */
export const targetsOf: Readonly<Record<Service, readonly string[]>> = {
  bulk: [addresses.target(0)],
  web: [addresses.target(0), secondAddress],
  idle: [addresses.target(0), addresses.target(1)],
}
